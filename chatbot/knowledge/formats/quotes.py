"""The text of a letter: what its writer wrote, the signature, and what earlier ones it quotes."""

import re
from collections.abc import Iterator
from itertools import takewhile

from chatbot.knowledge.blocks import Block, Heading, Paragraph, render
from chatbot.knowledge.formats.closings import closes_letter, is_closing
from chatbot.knowledge.formats.html import html_blocks, parse
from chatbot.knowledge.formats.prose import paragraphs

# The line that parts a letter from an earlier one.
_DIVIDER = re.compile(
    r"\s*(?:-{3,} ?(?:Original|Forwarded|Ursprüngliche|Weitergeleitete|Message d'origine).*|_{20,})"
    r"\s*$",
    re.IGNORECASE,
)
# Who wrote what is quoted below, and when: "On 3 May 2026 at 10:00, Ann <ann@x.example> wrote:".
_ON = re.compile(r"\s*(?:On|Am|Le|El|Il|Op|Em|Den|W dniu|Dnia) ", re.IGNORECASE)
_DAY = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
    r"|sonnabend|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|lunes|martes|miércoles|jueves"
    r"|viernes|sábado|domingo|(?:lune|marte|mercole|giove|vener)d[ìi]|sabato|domenica"
    r"|(?:maan|dins|woens|donder|vrij|zater|zon)dag"
)
_SAID = (
    r"(?:wrote|schrieb|a\sécrit|escribió|ha\sscritto|schreef|escreveu|skrev|napsala?|napisała?"
    r"|pisze)"
)
_WROTE = re.compile(
    rf"{_ON.pattern}(?=.*(?:\d|\b(?:{_DAY})\b)).{{6,200}}{_SAID}.{{0,150}}:\s*$",
    re.IGNORECASE,
)
# The same in other orders, in one line above what is quoted: "04.05.2026 09:12 - Ann schrieb:",
# "Ann wrote on 5/4/26 10:00 AM:", "пн, 4 мая 2026 г. в 10:00, Ann <ann@x.example>:".
_STAMP = r"(?=.*\d{1,2}[:.]\d\d)(?=.*(?:(?:19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d\d))"
_TOLD = re.compile(
    rf"\s*{_STAMP}.{{2,200}}(?:\b{_SAID}\b.{{0,60}}|[\w.+-]+@[\w.-]+>?\)?)\s?[:：]\s*$",
    re.IGNORECASE,
)
_WRAPPED = 3  # lines of that at most
# The head of an earlier message, as Outlook puts it above what it quotes.
_HEAD = re.compile(
    r"^\s*\*?(?:From|Von|De|Da|Van|Od|Från|Fra|Lähettäjä|От|Від|Kimden|Feladó|Expeditor"
    r"|差出人|送信者|发件人|寄件者|보낸 사람)\s?[:：]\*?\s*\S"
)
_HEADED = re.compile(
    r"^\s*\*?(?:Sent|Date|To|Subject|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Enviado|Para|Asunto|"
    r"Inviato|Data|Oggetto|Verzonden|Aan|Onderwerp|Enviad[ao] em|Assunto|Wysłano|Do|Temat"
    r"|Odesláno|Komu|Předmět|Skickat|Till|Ämne|Sendt|Til|Emne|Lähetetty|Vastaanottaja|Aihe"
    r"|Отправлено|Дата|Кому|Тема|Gönderildi|Tarih|Kime|Konu|Cc"
    r"|送信日時|日付|宛先|件名|发送时间|收件人|主题"
    r"|寄件日期|收件者|主旨|보낸 날짜|받는 사람|제목)\s?[:：]",
    re.IGNORECASE,
)
_LONGEST_HEAD = 30  # lines
_SIGNATURE = re.compile(r"^-- ?$|^(?:Sent from my|Von meinem|Envoyé de mon|Get Outlook for) ?.*$")
# What programs put below a letter, and what firms do.
_PROGRAM = re.compile(
    r"(?:Sent (?:from|via|with)|Gesendet (?:von|mit|über)|Envoyé (?:de|depuis|à partir d[eu])"
    r"|Enviado (?:desde|con))(?:\s[^\s.?!,]{1,30}){1,5}\s*$"
)
_NOTICE = re.compile(
    r"\W*(?:(?:(?:confidentiality|legal) notice|haftungsausschluss|vertraulichkeitshinweis"
    r"|aviso legal|avis de confidentialité)\b|(?:this|diese|ce|cet|este) (?:e-?mail|message|mail"
    r"|communication|nachricht|courriel|mensaje|correo)\b.{0,200}\b"
    r"(?:confidential|vertraulich|confidentiel|confidencial|intended (?:only|solely)))",
    re.IGNORECASE,
)
# What closes a letter above a name alone.
_THANKS = re.compile(r"(?:many )?thanks(?: again| in advance)?[,.!]?$|thank you,$", re.IGNORECASE)
_LINES = 12  # of a signature at most
_NAMES, _NAME = 3, 60  # lines of a name and a firm at most, and characters of each
_OPENS, _CLOSES = "\ufdd0", "\ufdd1"  # stand for the ends of a quote in a page; no text has them
_INDENTED = re.compile(r"border:\s*none", re.IGNORECASE)  # a quote's element that quotes nothing


def own_words(text: str) -> str:
    """What the writer of a letter wrote, without what is quoted and the signature below it."""
    own = takewhile(lambda block: isinstance(block, Paragraph), letter(text))
    return "\n\n".join(block.text for block in own if isinstance(block, Paragraph))


def quoted_words(text: str) -> str:
    """What a letter quotes: the message that it answers, with what that one quotes, and without the
    lines above it that say whose it is."""
    lines = _parts(text)[2]
    at = 0
    while at < len(lines):
        below = _below_head(lines, at) if lines[at].strip() else at + 1
        if below == at:
            break
        at = below
    return "\n".join(lines[at:])


def letter(text: str) -> Iterator[Block]:
    """The text of a letter: what its writer wrote, then what is quoted and the signature, each
    under a heading of its own. What is quoted above an answer stands where it was."""
    own, signature, quoted = _parts(text)
    yield from paragraphs("\n".join(own))
    for heading, lines in (("Signature", signature), ("Earlier message", map(_bare, quoted))):
        part = "\n".join(lines)
        if any(line.strip("- ") for line in part.split("\n")):
            yield Heading(3, heading)
            yield from paragraphs(part)


def page_text(markup: str) -> str:
    """A letter in HTML as text, with what it quotes behind ">"."""
    from lxml import etree

    root = parse(markup.replace(_OPENS, "").replace(_CLOSES, ""))
    for element in list(root.iter("blockquote")) if root is not None else ():
        if _INDENTED.search(element.get("style") or ""):
            continue
        first, last = etree.Element("p"), etree.Element("p")
        first.text, first.tail, element.text = _OPENS, element.text, None
        last.text = _CLOSES
        element.insert(0, first)
        element.append(last)
    lines: list[str] = []
    depth = above = 0  # of quotes, here and at the last line with words
    blank = False
    for line in render(html_blocks(root)).text.split("\n"):
        change = line.count(_OPENS) - line.count(_CLOSES)
        said = line.replace(_OPENS, "").replace(_CLOSES, "")
        depth += max(0, change)
        if said.strip():
            if blank and lines:
                lines.append(("> " * min(above, depth)).rstrip())
            lines.append("> " * depth + said)
            above, blank = depth, False
        else:
            blank = True
        depth += min(0, change)
    return "\n".join(lines)


def _parts(text: str) -> tuple[list[str], list[str], list[str]]:
    """The lines that the writer of a letter wrote, the signature's, and those that are quoted, each
    with one sign of a quote less."""
    own: list[str] = []
    quoted: list[str] = []
    written = False  # anything above the line
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        below = _below_head(lines, at)
        start = below
        while below > at and start < len(lines) and not lines[start].strip():
            start += 1
        if start < len(lines) and _is_quoted(lines[start]):
            headed = below > at
            at = start
            while at < len(lines) and (_is_quoted(lines[at]) or not lines[at].strip()):
                at += 1
            if written and not _ends(lines, at, _NAMES if headed else 0):
                bare = map(_bare, lines[start:at])
                own += ["", *(f"> {part}" if part.strip() else "" for part in bare), ""]
            else:
                quoted += [_outer(line) for line in lines[start:at]]
            continue
        if below > at:
            quoted += lines[at if _begins(lines, at) else below :]
            break
        own.append(lines[at])
        written = written or bool(lines[at].strip())
        at += 1
    own, signature = _split_signature(own)
    return own, signature, quoted


def _is_quoted(line: str) -> bool:
    return line.startswith(">")


def _outer(line: str) -> str:
    """A line without its first sign of a quote."""
    return re.sub(r"^>\s?", "", line)


def _bare(line: str) -> str:
    return re.sub(r"^(?:>\s?)+", "", line)


def _ends(lines: list[str], at: int, names: int) -> bool:
    """Whether nothing that the writer says follows from this line on: the text is over, or what
    stands below a letter does, under ``names`` short lines at most that ask nothing."""
    for below in range(at, len(lines)):
        line = lines[below].strip()
        if not line:
            continue
        if _closes(lines, below) or is_closing(line) or _below_head(lines, below) > below:
            return True
        if not names or len(line) > _NAME or "?" in line or _is_quoted(line):
            return False
        names -= 1
    return True


def _closes(lines: list[str], at: int) -> bool:
    """Whether a mark, a program's line or a notice of a firm begins at this line."""
    if _SIGNATURE.match(lines[at]) or _PROGRAM.match(lines[at]):
        return True
    return _NOTICE.match(" ".join(lines[at : at + _WRAPPED])) is not None


def _below_head(lines: list[str], at: int) -> int:
    """The line below what says at this one whose the next lines are; ``at`` where nothing does."""
    if _DIVIDER.match(lines[at]):
        return at + 1
    if _begins(lines, at):
        return _below_names(lines, at)
    for end in range(at + 1, min(at + _WRAPPED, len(lines)) + 1) if _ON.match(lines[at]) else ():
        if not lines[end - 1].strip():
            break
        if _WROTE.match(" ".join(lines[at:end])):
            # A sentence that begins as it does and stands above it is no part of it.
            above = any(_WROTE.match(" ".join(lines[n:end])) for n in range(at + 1, end))
            return at if above else end
    quoted = next((line for line in lines[at + 1 : at + 3] if line.strip()), "")
    return at + 1 if _is_quoted(quoted) and _TOLD.match(lines[at]) else at


def _begins(lines: list[str], at: int) -> bool:
    """Whether the head of an earlier message begins at this line."""
    if not _HEAD.match(lines[at]):
        return False
    return sum(bool(_HEADED.match(line)) for line in lines[at + 1 : at + 5]) >= 2


def _below_names(lines: list[str], at: int) -> int:
    """The line below the head that begins at this one."""
    below = at + 1
    for end in range(at + 1, min(at + _LONGEST_HEAD, len(lines))):
        if _HEADED.match(lines[end]):
            below = end + 1
        elif not lines[end].strip() and not any(map(_HEADED.match, lines[end + 1 : end + 2])):
            break
    return below


def _names(lines: list[str]) -> bool:
    """Whether these are a name and what its owner is, and no sentence."""
    said = [line.strip() for line in lines if line.strip()]
    short = all(len(line) <= _NAME and line[-1] not in ".?!:" for line in said)
    return bool(said) and len(said) <= _LINES and short and said[0][0].isupper()


def _split_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """What is written, and the signature below it."""
    below = sum(bool(line.strip()) for line in lines)  # lines with words, from the current one on
    written = False  # anything above
    for at, line in enumerate(lines):
        below -= bool(line.strip())
        greets = 0 < below <= _LINES and closes_letter(lines, at)
        thanks = written and bool(_THANKS.match(line.strip())) and _names(lines[at + 1 :])
        apart = written and not lines[at - 1].strip()
        ends = apart and below <= _LINES and _closes(lines, at)
        if _SIGNATURE.match(line) or greets or thanks or ends:
            return lines[:at], lines[at:]
        written = written or bool(line.strip())
    return lines, []
