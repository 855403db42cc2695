"""Markup as the parser (libxml2) has to be given it: where it ends an element sooner than browsers
do, or does not know one, the page is written so that both read the same."""

import html
import re

from chatbot.knowledge.marks import exchange

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_EMPTY = re.compile(r"<((?:ac|ri):[\w-]++)([^<>]*)/>")
# A paragraph ends these for the parser, but not for browsers.
_STRUCK = re.compile(r"(</?)(?:s|strike)(?=[\s>])", re.IGNORECASE)
_HEADING = re.compile(r"<(h[1-6])(?=[\s>])(?:(?!</?h[1-6]).){0,2000}?</\1\s*>", re.I | re.S)
_PARAGRAPH = re.compile(r"(</?)p(?=[\s>])", re.IGNORECASE)
# Mail addresses as Cloudflare sends them; a script of it shows them in a browser.
_SHIELDED = re.compile(
    r"(<(a|span)\s[^<>]*?data-cfemail=[\"']?([0-9a-f]{4,600})[^<>]*>)[^<]{0,100}(?=</\2)", re.I
)
_SHIELDED_LINK = re.compile(
    r"(?:https?://[^\s\"'<>/]{1,200})?/cdn-cgi/l/email-protection#([0-9a-f]{4,600})", re.I
)
_BREAK = re.compile(r"</br\s*>", re.IGNORECASE)


def repaired(markup: str) -> str:
    """The markup of a page, or of a piece of one, for the parser."""
    markup = _DECLARATION.sub("", markup)
    if "<ac:" in markup or "<ri:" in markup or _CDATA in markup:
        markup = exchange(markup, _CDATA, _CDATA_END, _plain)
        markup = _EMPTY.sub(r"<\1\2></\1>", markup)
    markup = _BREAK.sub("<br>", _STRUCK.sub(r"\1del", markup))
    if "data-cfemail" in markup or "/email-protection#" in markup:
        markup = _SHIELDED.sub(lambda match: f"{match[1]}{_unshielded(match[3])}", markup)
        markup = _SHIELDED_LINK.sub(lambda match: f"mailto:{_unshielded(match[1])}", markup)
    return _HEADING.sub(lambda match: _PARAGRAPH.sub(r"\1div", match[0]), markup)


def _plain(section: str) -> str:
    """A section of plain text as the text that it holds."""
    return html.escape(section[len(_CDATA) : -len(_CDATA_END)])


def _unshielded(code: str) -> str:
    """The address in the code of Cloudflare: its first byte changes all others."""
    key, *others = bytes.fromhex(code[: len(code) // 2 * 2])
    return html.escape(bytes(byte ^ key for byte in others).decode("utf-8", "replace"))
