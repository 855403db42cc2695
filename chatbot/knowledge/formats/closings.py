"""The line with which a letter takes its leave, told from sentences that begin as it does."""

import re
from collections.abc import Sequence

# With what stands behind it in its line: "Kind regards from Kiel".
_CLOSING = re.compile(
    r"(?:(?:(?:thanks|thank you) (?:and|&) )?(?:(?:with )?(?:best|kind|kindest|warm|warmest|"
    r"sincere) (?:regards|wishes)|regards)|sincerely|yours \w+|cheers|"
    r"(?:(?:mit )?(?:freundliche|beste|viele|herzliche|liebe|schöne|sonnige)[mnr]? |mit )"
    r"(?:gr(?:ü|ue)(?:ß|ss)en?|gru(?:ß|ss))|gr(?:ü|ue)(?:ß|ss)e(?! (?:gott|sie|dich|euch)\b)"
    r"|gru(?:ß|ss)|mfg|"
    r"hochachtungsvoll|(?:(?:bien|très) )?cordialement|bien à vous|"
    r"(?:(?:mes |nos )?(?:sincères|meilleures|cordiales) )?salutations|bonne (?:journée|soirée)|"
    r"saludos(?: cordiales)?|(?:(?:reciba|reciban) )?un (?:cordial )?saludo|atentamente|"
    r"(?:cordiali|distinti) saluti|(?:met )?vriendelijke groet(?:en)?|atenciosamente|cdlt|"
    r"(?:com os )?melhores cumprimentos|z poważaniem|pozdrawiam|z wyrazami szacunku|"
    r"s (?:přátelským )?pozdravem|(?:med )?vänliga? hälsning(?:ar)?|(?:med )?venlige? hilsen|"
    r"ystävällisin terveisin|с уважением|з повагою|saygılarım(?:la|ızla))"
    r"\b(?P<rest>[\w ]{0,20})[,.!]?\s*$"
    r"|[^\W\d_][\w ]{2,30} / (?:best|kind|warm) (?:regards|wishes)[,.!]?\s*$"
    r"|(?:best[,!]|(?:all the best|warmly|respectfully)[,.!]?)\s*$"
    r"|(?:je vous prie d|nous vous prions d|veuillez)\W{0,3}(?:agréer|recevoir)\b(?!.*\bci-joint)"
    r"(?=.*\b(?:madame|mesdames|monsieur|messieurs|salutations|sentiments|considération|expression"
    r"|hommages|respects)\b).{0,150}$",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"[lv]g[,.!]?\s*$", re.IGNORECASE)  # "Liebe Grüße", and a maker of screens
_THANKS = re.compile(r"(?:\w+ )?(?:danke|dank|thanks|merci)\b[\w ]{0,20}$", re.IGNORECASE)
_SIGNS = (".", "!", "?", ",", ";", ")")
_NAMES, _NAME = 3, 4  # lines of names, and words of each


def is_closing(line: str) -> bool:
    """Whether a line by itself can be the last one above a signature."""
    return bool(_CLOSING.match(line) or _INITIALS.match(line))


def closes_letter(lines: Sequence[str], at: int) -> bool:
    """Whether the writer takes leave at this line: it goes on from no sentence or list above it,
    and where nothing is above it, as in "Saludos," for "Hello,", only names are below it."""
    line = lines[at].strip()
    match = _CLOSING.match(line)
    if not match and not _INITIALS.match(line):
        return False
    above = next((each.strip() for each in reversed(lines[:at]) if each.strip()), "")
    if not above:
        return _are_names(lines[at + 1 :])
    begun = bool(lines[at - 1].strip()) and not above.endswith(_SIGNS)
    if match:
        return not (begun and line[:1].islower() and (match["rest"] or "").strip())
    listed = above.endswith(":") or (begun and not _THANKS.match(above))
    return not listed and _are_names(lines[at + 1 :])


def _are_names(lines: Sequence[str]) -> bool:
    said = [line.strip() for line in lines if line.strip()]
    return len(said) <= _NAMES and not any(
        line.endswith((".", "!", "?", ":")) or len(line.split()) > _NAME for line in said
    )
