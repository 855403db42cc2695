"""What pages and their servers ask of robots, in ``meta`` elements and in ``X-Robots-Tag``."""

NOT_INDEXED = frozenset({"noindex", "none"})
NOT_FOLLOWED = frozenset({"nofollow", "none"})


def robots_words(said: str) -> frozenset[str]:
    """What a page or its server asks of robots, of whichever ones: "noindex", "nofollow"."""
    words = set()
    for part in said.lower().split(","):
        name, _, value = part.rpartition(":")
        if "max-" not in name and "unavailable_after" not in name:
            words.add(value.strip())
    return frozenset(words)
