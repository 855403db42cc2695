"""Where sentences begin and end: not at line ends of wrapped text, nor behind "e.g." or "3.".

The ends are found by sentencex (Wikimedia), line by line of what the author wrote: a heading, a
row of a table, an item of a list, a paragraph. What it takes for an end and is none, such as the
number in front of a step, is put right here.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

_WORD = re.compile(r"[^\W_]")
# A line that begins one of these is not the rest of the line above.
_STARTS = re.compile(
    r"\s*(?:[-*+•◦▪–] |\(?\d{1,3}[.)] |[A-Za-z][.)] |#{1,6} |>|\||```|~~~|:::|!!!|===|\[|</?[a-z])"
)
# A heading, a row of a table or code has no second line.
_CLOSED = re.compile(r"\s*(?:#{1,6} |```|~~~)|.*\|.*\|")
_LABELLED = re.compile(r"[\w -]{1,30}(?:\([^()\n]{1,20}\))?: ")
_PARAGRAPH = 20_000  # characters that its width is taken from
_ALIKE = 3  # words of a line in the places where the line above has them
_NARROW = 40  # characters; lines were not wrapped at less
# Behind these no sentence ends, whatever follows.
_SHORT = re.compile(
    r"(?:-(?:Nr|Str|Tel|Abs|Art)|(?:^|[\s(])(?:\d{1,3}|[A-Za-z]|approx|ca|bzw|inkl|exkl|zzgl|ggf|evtl|vgl|Nr|Abs|Art|Tel|Str|"
    r"max|min|No|Nos|Fig|Tab|Sec|Ch|Ref|Ver|vs|resp|incl|excl|est|Mr|Mrs|Ms|Mme|Mmes|Mlle|Dr|Prof|St|núm|art|"
    r"pág|env|Approx|Ca|Bzw|Inkl|Exkl|Zzgl|Ggf|Evtl|Vgl|Max|Min|Resp|Incl|Excl|Est))[.]$"
)
# The same before a number only: "l'art. 5", "see ch. 5".
_COUNTED = re.compile(
    r"(?:^|[\s('’])(?:nos?|art|ch|chap|eq|fig|par|pp?|ref|sec|tab|tel|tél|ver|vol)[.]$",
    re.IGNORECASE,
)
# The full stop of Chinese and Japanese ends a sentence whatever follows.
_STOP = re.compile(r"(?:[。｡]|(?<![A-Za-z])[！？])(?![。｡！？])[」』”’）)》】]*")
_OPENING, _CLOSING = re.compile("[「『（]"), re.compile("[」』）]")
_DOTTED = re.compile(r"(?:^|\s)[.]$")  # the beginning of ".NET"
# The same of a day before a time or another day, of an hour before the days that it is of, and of
# the first half of a word ("Best.-Nr.").
_DAY = re.compile(r"(?:^|[\s(])(?:Mo|Di|Mi|Do|Fr|Sa|So|Mon|Tue|Wed|Thu|Fri|Sat|Sun)[.]$")
_OF_DAY = re.compile(r"\d|[-–]|(?:bis|und|to|and|Mo|Di|Mi|Do|Fr|Sa|So)\b")
_HOUR = re.compile(r"(?:\d\s?|\b)[ap]\.\s?m\.$", re.IGNORECASE)
# Its days are a range or the end of the line; any other capitals can begin a sentence ("PDF").
_OF_HOUR = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b\.?)"
    r"(?:\s*[-–,.]|\s(?:to|through|until|and)\b|\s*$)|"
    r"\(?(?:[ECMP][SD]?T|[CEW]ES?T|(?:AE|AC|NZ)[SD]T|AWST|GMT|UTC|BST|IST|JST|HST|SGT|HKT)\b|"
    r"(?:Pacific|Eastern|Central|Mountain)(?:\s(?:[Tt]ime|[SD])|[.,;)]|\s*$)"
)
# A unit behind a number is no abbreviation where another sentence begins: "up to 28 mm. Harbor".
_MEASURED = re.compile(
    r"\d\s?(?:[mck]?m|k?g|mg|m?l|h|min|sec|s|k?W|Hz|GHz|MHz|[kMGT]B|in|ft|lbs?|oz)\.\s"
    r"(?=[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+\b|[AI]\s|(?:L|D|C|S|J|N|Qu)['’])"
)
# In German every noun begins as a sentence does; these are none.
OPENERS = re.compile(
    r"(?:D(?:er|ie|as|en|em|anach|ann|abei|afür|ort|iese[rs]?)|Ein(?:e[rnms]?)?|Wir|Sie|Es|Ihre?|"
    r"Bitte|Wenn|Falls|Für|Bei|Nach|Vor|Im|In|Am|Ab|Bis|Mit|Ohne|Auch|Nur|Alle|Jede[rs]?|Kein(?:e)?|"
    r"Er|Man|So|Anschließend|Danach|Außerdem|Zudem|Sobald|Weitere)\b"
)
_QUOTES = re.compile(r"\"|''")
_NUMBER = re.compile(r"(?:^|\s)\d{1,3}[.]$")
_STEP = re.compile(r"(?::\s+\(?1|(?<=[.!?])\s+\(?\d{1,2})[.]$")  # "To begin: 1. Open it. 2. Press"
_ORDINAL_DOTS = ("de", "pl")  # languages in which "3." is "third"
_MARKER = re.compile(r"\s*(?:[-*+•] |#{1,6} |> )*\(?(?:\d{1,3}|[A-Za-z])[.]\s*$")
_SIGNS: dict[str, frozenset[str]] = {
    "de": frozenset("der die das und ist nicht mit für ein eine sie wird den dem auf".split()),  # noqa: SIM905
    "fr": frozenset("le la les et est une des dans pour vous pas sur du".split()),  # noqa: SIM905
    "es": frozenset("el los las una que es para con del por su se".split()),  # noqa: SIM905
    "it": frozenset("il gli una che è per con del della sono non si".split()),  # noqa: SIM905
    "nl": frozenset("het een van en niet met voor zijn op dat".split()),  # noqa: SIM905
    "pl": frozenset("nie jest na się do że oraz przez dla to".split()),  # noqa: SIM905
    "en": frozenset("the and is of to a in for you with are that on be".split()),  # noqa: SIM905
}
_SAMPLE = 4000
_LONGEST = 4000  # characters of a line
_NEXT = 20  # characters behind an end that are looked at


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, heading, item or row with at least one word, in order."""
    import sentencex

    language = _segmenter(text[:_SAMPLE])
    found: list[tuple[int, int]] = []
    for first, last in (part for line in lines(text) for part in _parts(text, *line)):
        # Same length: line ends inside are white space.
        line = _without_inches(text[first:last].replace("\n", " "))
        begin = 0
        measured = {
            match.end()
            for match in _MEASURED.finditer(line)
            if language != "de" or OPENERS.match(line, match.end())
        }
        told = {part["end_index"] for part in sentencex.get_sentence_boundaries(language, line)}
        sure = measured | _stops(line)
        for end in sorted(told | sure):
            if end < len(line) and end not in sure and not _ends(line, begin, end, language):
                continue
            _add(found, text, first + begin, first + end)
            begin = end
        _add(found, text, first + begin, last)
    return found


def _without_inches(line: str) -> str:
    """A line of the same length, whose signs for inches are none of a quotation: sentencex ends no
    sentence between two of those."""
    quoted = False

    def replaced(match: re.Match[str]) -> str:
        nonlocal quoted
        before = line[match.start() - 1 : match.start()]
        if not before or before.isspace() or before in "([{“„":
            quoted = True
        elif quoted:
            quoted = False
        elif before.isdigit():
            return "\u2033" * len(match[0])
        return match[0]

    return _QUOTES.sub(replaced, line)


def lines(text: str) -> list[tuple[int, int]]:
    """(start, end) of each line as its author wrote it: what was wrapped is one line.

    A line goes on in the next one where the first word there would not have fitted.
    """
    spans: list[tuple[int, int]] = []
    start = offset = width = counted = 0
    previous = ""
    for line in text.split("\n"):
        if previous and not _goes_on(previous, line, width):
            spans.append((start, offset - 1))
            previous = ""
        if line.strip():
            if offset >= counted:
                width, counted = _width(text, offset)
            if not previous:
                start = offset
            previous = line
        offset += len(line) + 1
    if previous:
        spans.append((start, len(text)))
    return spans


@lru_cache(maxsize=64)
def _segmenter(text: str, default: str = "en") -> str:
    """The language that sentencex is to cut a text as: two letters of the one that most of the
    small words are of; ``default`` where there is none of them."""
    words = Counter(re.findall(r"[^\W\d_]+", text.lower()))
    counts = {name: sum(words[sign] for sign in signs) for name, signs in _SIGNS.items()}
    best = max(counts, key=lambda name: counts[name])
    if not counts[best]:
        return default
    return best if counts[best] > counts["en"] else "en"


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A line in parts of a length that sentencex, whose time grows with the square of it, takes."""
    while end - start > _LONGEST:
        at = text.rfind(". ", start + _LONGEST // 2, start + _LONGEST) + 1
        at = at or text.rfind(" ", start + _LONGEST // 2, start + _LONGEST)
        at = at if at > start else start + _LONGEST
        yield start, at
        start = at
    yield start, end


def _width(text: str, start: int) -> tuple[int, int]:
    """How long the longest line of a paragraph is, and where the lines end that were looked at."""
    end = text.find("\n\n", start, start + _PARAGRAPH)
    if end < 0:
        end = min(len(text), start + _PARAGRAPH)
    longest = max(map(len, text[start:end].split("\n")))
    return max(_NARROW, longest), end


def _goes_on(line: str, following: str, width: int) -> bool:
    # Most lines that end where their author ended them could have held more.
    if len(line) + 1 + len(following) <= width or not following.strip():
        return False
    if _STARTS.match(following) or _CLOSED.match(line):
        return False
    if _repeats(line, following):
        return False
    if line.endswith(("  ", "\\")) or (_LABELLED.match(line) and _LABELLED.match(following)):
        return False
    return len(line.rstrip()) + 1 + len(following.split(maxsplit=1)[0]) > width


def _repeats(line: str, following: str) -> bool:
    """Whether a line has many words in the places where the line above has them."""
    one, other = line.split(), following.split()
    same = sum(a == b for a, b in zip(one, other, strict=False))
    return same >= _ALIKE and 2 * same >= max(len(one), len(other))


def _stops(line: str) -> set[int]:
    """Where sentences of a line surely end, but for those within quotes and brackets."""
    found: set[int] = set()
    at = depth = 0
    for match in _STOP.finditer(line):
        part = line[at : match.end()]
        at = match.end()
        depth = max(0, depth + len(_OPENING.findall(part)) - len(_CLOSING.findall(part)))
        if not depth:
            found.add(at)
    return found


def _ends(line: str, begin: int, end: int, language: str) -> bool:
    """Whether what sentencex takes for the end of a sentence is one; ``language`` is that of the
    text, where the line does not tell its own."""
    sentence = line[begin:end].rstrip()
    step = _STEP.search(sentence)
    if _MARKER.match(sentence) or (step and not _shortened(sentence[: step.start()])):
        return False
    rest = line[end : end + _NEXT].lstrip()
    if _COUNTED.search(sentence) and rest[:1].isdigit():
        return False
    if _DOTTED.search(sentence) and not line[end : end + 1].isspace():
        return False
    if rest[:1].islower() and not sentence.endswith(("!", "?")):
        return False
    if line[end : end + 1] == "-" or (_DAY.search(sentence) and _OF_DAY.match(rest)):
        return False
    if _HOUR.search(sentence) and _OF_HOUR.match(rest):
        return False
    if _NUMBER.search(sentence):  # "costs 5. Then": an end; "am 3. Mai", "No. 5": none
        if _segmenter(line[:_SAMPLE], language) in _ORDINAL_DOTS:
            return OPENERS.match(rest) is not None
        return rest[:1].isupper()
    return not _SHORT.search(sentence)


def _shortened(text: str) -> bool:
    return bool(_SHORT.search(text) or _COUNTED.search(text))


def _add(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end = start + len(piece.strip())
    if _WORD.search(text, start, end):
        found.append((start, end))
