#!/usr/bin/env bash
# simplemma does not know the most frequent adverbs of French as words.
#
# One would guess: is_known tells whether a word is one of the language, so the likeliest to be known
# are those that every page holds; a word that it does not know may be a name or a slip.
# What happens (simplemma 2.0.0): of French, "beaucoup", "toujours", "jamais", "trop", "souvent",
# "plutôt" are not known, nor "sempre" of Italian, and is_known says so without a warning; their
# counterparts of English, German and Spanish are known, and so are rarer French nouns.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check simplemma==2.0.0
venv/bin/python - <<'PYTHON'
from simplemma import is_known

FREQUENT = {
    "fr": ["beaucoup", "toujours", "jamais", "trop", "souvent", "plutôt"],
    "it": ["sempre"],
    "en": ["much", "always", "never", "often", "rather"],
    "de": ["viel", "immer", "nie", "oft"],
    "es": ["mucho", "siempre", "nunca"],
}
known = {lang: {w: is_known(w, lang=lang) for w in words} for lang, words in FREQUENT.items()}
for lang, words in known.items():
    print(lang, words)
assert not any(known["fr"].values()), "French adverbs are known now"
assert not any(known["it"].values()), "'sempre' is known now"
for lang in ("en", "de", "es"):
    assert all(known[lang].values()), f"{lang} has lost some"
assert is_known("hirondelles", lang="fr"), "rarer French words are not known any more"
PYTHON
