"""What the styles of a workbook say of its cells: their formats, and what is struck out."""

from typing import Any

from chatbot.knowledge.formats.numbers import BUILT_IN
from chatbot.knowledge.formats.raised import join_runs
from chatbot.knowledge.formats.word_signs import signs_of

RAISED = {"superscript": "sup", "subscript": "sub"}
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def codes_of(styles: Any) -> dict[str | None, str]:
    """The formats of cells that have one, by the number of their style; ``None`` is that of cells
    without a number."""
    codes = dict(BUILT_IN)
    for code in styles.iter(f"{_MAIN}numFmt"):
        codes[int(code.get("numFmtId"))] = str(code.get("formatCode"))
    found: dict[str | None, str] = {}
    for number, style in enumerate(styles.find(f"{_MAIN}cellXfs")):
        code = codes.get(int(style.get("numFmtId") or 0), "General")
        if code != "General":
            found[str(number)] = code
    if "0" in found:
        found[None] = found["0"]
    return found


def struck_styles(styles: Any) -> frozenset[str]:
    """The numbers of the styles whose cells are struck out."""
    fonts = styles.find(f"{_MAIN}fonts")
    struck = [_is_struck(font) for font in fonts] if fonts is not None else []
    if not any(struck):
        return frozenset()
    names = {str(number) for number, is_struck in enumerate(struck) if is_struck}
    every = enumerate(styles.find(f"{_MAIN}cellXfs"))
    return frozenset(str(number) for number, style in every if style.get("fontId") in names)


def looks_of(styles: Any) -> dict[str | None, str]:
    """How the cells of styles look that are bold or on a ground of their own, by the number of the
    style: alike ones have the same text."""
    fonts, fills = styles.find(f"{_MAIN}fonts"), styles.find(f"{_MAIN}fills")
    bold = [_is_on(font, "b") for font in fonts] if fonts is not None else []
    filled = (
        [fill.find(f"{_MAIN}patternFill[@patternType='solid']") is not None for fill in fills]
        if fills is not None
        else []
    )
    found: dict[str | None, str] = {}
    for number, style in enumerate(styles.find(f"{_MAIN}cellXfs")):
        font, fill = int(style.get("fontId") or 0), int(style.get("fillId") or 0)
        look = "bold" * (font < len(bold) and bold[font])
        look += f" on {fill}" * (fill < len(filled) and filled[fill])
        if look:
            found[str(number)] = look
    return found


def sign_styles(styles: Any) -> dict[str | None, dict[int, str]]:
    """What letters mean in cells whose font draws signs, by the number of their style."""
    fonts = styles.find(f"{_MAIN}fonts")
    names = [font.find(f"{_MAIN}name") for font in fonts] if fonts is not None else []
    signs = [signs_of(str(name.get("val"))) if name is not None else {} for name in names]
    if not any(signs):
        return {}
    return {
        str(number): str.maketrans(signs[int(style.get("fontId") or 0)])
        for number, style in enumerate(styles.find(f"{_MAIN}cellXfs"))
        if int(style.get("fontId") or 0) < len(signs) and signs[int(style.get("fontId") or 0)]
    }


def text_of(item: Any) -> str:
    """Runs of a text; how Japanese words are read aloud, and what is struck out, is left out."""
    if len(item) == 1 and len(item[0]) == 0:
        return str(item[0].text or "")
    runs = (t for t in item.iter(f"{_MAIN}t") if t.getparent().tag != f"{_MAIN}rPh")
    return join_runs(
        (run.text or "", _raised(run.getparent()))
        for run in runs
        if not _is_struck(run.getparent())
    )


def _raised(run: Any) -> str:
    found = run.find(f"{_MAIN}rPr/{_MAIN}vertAlign")
    return RAISED.get(found.get("val"), "") if found is not None else ""


def _is_struck(part: Any) -> bool:
    """Whether a run of a text, or a font, is struck out."""
    return _is_on(part, "strike")


def _is_on(part: Any, name: str) -> bool:
    found = next(part.iter(f"{_MAIN}{name}"), None)
    return found is not None and found.get("val") not in ("0", "false")
