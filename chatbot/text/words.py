"""What counts as a word where words are not parted by blanks."""

import re

# Chinese, Japanese and Korean.
_SIGNS = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
_CJK = re.compile(f"[{_SIGNS}]+")
# The same, Thai, Lao, Burmese and Khmer.
_UNPARTED = re.compile(f"[{_SIGNS}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


def barred(text: str) -> str:
    """``text`` with a bar for each letter of such a language, so that a number or an address right
    beside it is seen to begin and end there; of the same length."""
    return text if text.isascii() else _UNPARTED.sub("|", text)


def parted(text: str) -> str:
    """``text`` with blanks around runs of Chinese, Japanese and Korean: "错误 E3 是什么"."""
    return text if text.isascii() else _CJK.sub(r" \g<0> ", text)


def is_unparted(word: str) -> bool:
    """Whether a word is in Chinese, Japanese or Korean, or begins so."""
    return _CJK.match(word) is not None


def segment(words: list[str]) -> list[str]:
    """``words`` with Chinese, Japanese and Korean ones in pairs of characters, each with the one
    behind it: without a dictionary, the unit that finds them best (Lucene's CJK analyser)."""
    out: list[str] = []
    for word in words:
        if word.isascii() or not _CJK.search(word):
            out.append(word)
            continue
        at = 0
        for run in _CJK.finditer(word):
            out += [word[at : run.start()]] if run.start() > at else []
            signs = run[0]
            out += [signs[n : n + 2] for n in range(max(1, len(signs) - 1))]
            at = run.end()
        out += [word[at:]] if at < len(word) else []
    return out
