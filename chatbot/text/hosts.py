"""Names of hosts in the one spelling that is sent."""

import idna


def ascii_host(host: str) -> str:
    """A host's name as browsers send it (UTS 46): ``fußball.de`` is ``xn--fuball-cta.de``.

    Raises:
        UnicodeError: it is none.
    """
    if host.isascii():
        return host.encode("idna").decode("ascii")  # underscores, too, which are in use
    return idna.encode(host, uts46=True).decode("ascii")
