"""What pictures of Office files are said to show, by the people who made them."""

import re

_MADE_UP = re.compile(
    r"^\W*(?:Description automatically generated|Automatisch generierte Beschreibung|"
    r"Description générée automatiquement|Descripción generada automáticamente|"
    r"Descrizione generata automaticamente|AI-generated content may be|KI-generierte Inhalte)",
    re.IGNORECASE | re.MULTILINE,
)


def described(text: str) -> str:
    """The description of a picture; nothing of one that the program made up itself."""
    return "" if _MADE_UP.search(text) else text
