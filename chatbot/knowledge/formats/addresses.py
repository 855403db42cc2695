"""Addresses of links, as the words of a link are read with them."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

_ADDRESS = re.compile(r"(https?://(?=\S)|mailto:|tel:)\s*(\S.*)", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
# What editors put around an address, so that a click passes by them.
_DETOURS = {"www.google.com": "q", "safelinks.protection.outlook.com": "url"}


def is_address(address: str) -> bool:
    """Whether it is a web, mail or phone address, and none within the site."""
    return _ADDRESS.match(address) is not None


def with_address(text: str, address: str) -> str:
    """The words of a link with the web, mail or phone address that it leads to."""
    shown = shown_address(address) if text.strip() else ""
    if not shown:
        return text
    bare = re.sub(r"^https?://|/$", "", shown)
    if bare in text or re.sub(r"\D", "", bare) == re.sub(r"\D", "", text) != "":
        return text
    return f"{text.rstrip()} ({shown}){' ' if text.endswith(' ') else ''}"


def shown_address(address: str) -> str:
    """A web, mail or phone address as people write it; nothing of another one."""
    # Browsers leave out the ends of lines in an address, and blanks around it.
    address = _without_detour("".join(address.strip().splitlines()))
    match = _ADDRESS.match(address)
    if match is None:
        return ""
    kind, rest = match[1].lower(), match[2]
    if kind == "mailto:":
        return re.split(r"[?\s]", rest)[0]
    if kind == "tel:":
        return " ".join(unquote(rest).partition(";")[0].split())
    return _BLANKS.sub("%20", address)


def _without_detour(address: str) -> str:
    if "?" not in address:
        return address
    try:
        parts = urlsplit(address)
        for host, name in _DETOURS.items():
            if (parts.hostname or "").endswith(host) and parts.path in ("/url", "/"):
                return parse_qs(parts.query).get(name, [address])[0]
    except ValueError:
        pass
    return address
