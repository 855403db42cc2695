"""What counts as a word where words are not parted by blanks."""

import re

# Chinese, Japanese and Korean.
_CJK = re.compile(
    "[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]+"
)


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
