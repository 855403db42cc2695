"""Sites that behave oddly, by the name of what is odd; ``odd`` serves and imports them."""

from benchmarks.importing.odd_content import KINDS, PAGES
from benchmarks.importing.odd_offers import ENDLESS, ROBOTS, SITEMAPS
from benchmarks.importing.odd_transfer import BUSY, HALVES, PACKING, REDIRECTS, SLOW

SITES = REDIRECTS | ENDLESS | PACKING | KINDS | HALVES | BUSY | ROBOTS | SITEMAPS | PAGES | SLOW
