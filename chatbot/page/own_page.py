"""Chainlit's page without what it names on other hosts.

A browser connects to a host that is named for later whatever the policy of the page says, and a
style sheet that the policy refuses is an error in its console.
"""

import re
from collections.abc import Callable
from functools import wraps

_LINK_ELSEWHERE = re.compile(r'<link\b[^>]*\bhref="(?:https?:)?//[^>]*>\s*', re.IGNORECASE)


def without_links_elsewhere(template: Callable[[str], str]) -> Callable[[str], str]:
    """``template`` gives the page for a path; what is left of it links to this host alone."""

    @wraps(template)
    def page(path: str) -> str:
        return _LINK_ELSEWHERE.sub("", template(path))

    return page
