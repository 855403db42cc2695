"""Chainlit's page as it is served here."""

import re

from chainlit.server import get_html_template

from chatbot.page.own_page import without_links_elsewhere

SAMPLE = """<link rel="preconnect" href="https://fonts.example.org" crossorigin />
<link
  rel="stylesheet"
  href="//cdn.example.org/math.css"
/>
<link rel="stylesheet" crossorigin href="/assets/index.css"><script src="/assets/index.js"></script>
"""


def test_only_links_to_other_hosts_go() -> None:
    made = without_links_elsewhere(lambda path: SAMPLE + path)("/desk")
    assert made == SAMPLE[SAMPLE.index('<link rel="stylesheet" crossorigin') :] + "/desk"


def test_chainlits_page_links_to_this_host_alone() -> None:
    made = without_links_elsewhere(get_html_template)("")
    linked = re.findall(r'<link\b[^>]*\bhref="([^"]*)"', made)
    assert any(address.startswith("/assets/") for address in linked)
    assert [address for address in linked if not re.match(r"/(?!/)", address)] == []
    assert '<div id="root">' in made
