"""Sites whose answers are odd before anybody reads them: redirects, packing, halves, drips."""

import gzip
import zlib
from collections.abc import Callable, Iterator

from benchmarks.importing.odd_answers import (
    FUSE,
    HTML,
    LINES,
    NONE,
    Odd,
    answer,
    bomb,
    drip,
    forever,
    home,
    moved,
    one,
    packed,
    page,
)

LONG = "x" * 1900


def retry(said: str, status: str = "503 Busy") -> Callable[[str], bytes]:
    """A server that is busy once for each path."""
    seen: set[str] = set()

    def busy(path: str) -> bytes:
        if path in seen:
            return one(f"<p>Fuse {path}.</p>")
        seen.add(path)
        return answer("", status, HTML, f"Retry-After: {said}")

    return busy


def endless_100(path: str) -> Iterator[bytes]:
    """Never the answer itself."""
    return forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50, 0.01)


REDIRECTS: dict[str, Odd] = {
    "redirect-circle": Odd(1, "redirects in a circle", home(moved("/a"))),
    "redirect-endless": Odd(
        1, "redirects", {**NONE, "/": one(FUSE, "/r1")}, lambda path: moved(f"{path}1")
    ),
    "redirect-start": Odd(
        0, "which is not part of the site", {"/": moved("https://www.example.com/")}
    ),
    **{
        f"redirect-private-{n}": Odd(
            1, "not part of the site|no address|not valid", home(moved(to))
        )
        for n, to in enumerate(
            [
                "http://169.254.169.254/latest",
                "//10.0.0.1/",
                "http://[::1]:22/",
                "javascript:alert(1)",
                "file:///etc/passwd",
                "http://[",
                "http://u:p@127.0.0.1:1/",
                "http://localhost/",
                "http://[::ffff:127.0.0.1]/",
            ]
        )
    },
    "redirect-robots-private": Odd(
        0, "no public address", {"/robots.txt": moved("http://10.0.0.1/"), "/": one()}
    ),
    "redirect-sitemap-private": Odd(1, "", {"/sitemap.xml": moved("http://10.0.0.1/"), "/": one()}),
    "refresh-circle": Odd(
        1,
        "",
        home(one("<p>Moved</p>", head='<meta http-equiv="refresh" content="0;url=/b">'))
        | {"/b": one("<p>Moved</p>", head='<meta http-equiv=refresh content="0; /a">')},
        lacks="Moved",
    ),
    "refresh-away": Odd(
        1,
        "not part of the site",
        home(
            one(
                "<p>Moved</p>",
                head='<meta http-equiv="Refresh" content="1; URL=\'http://10.0.0.1/\'">',
            )
        ),
        lacks="Moved",
    ),
    "refresh-later": Odd(
        2, "", home(one("<p>Stays.</p>", head='<meta http-equiv="refresh" content="900;url=/b">'))
    ),
}


PACKING: dict[str, Odd] = {
    "bomb": Odd(1, "more than 10 MB", home(bomb(400_000_000))),
    "gzip-cut": Odd(1, "cut off", home(packed(gzip.compress(page(LINES).encode())[:2000]))),
    "gzip-damaged": Odd(1, "packed and damaged", home(packed(b"\x1f\x8b" + b"fuse" * 100))),
    "gzip-plain": Odd(1, "packed and damaged", home(packed(page(FUSE).encode()))),
    "gzip-empty": Odd(1, "no text", home(packed(b""))),
    "gzip-parts": Odd(
        2,
        "",
        home(packed(gzip.compress(page("<p>First.").encode()) + gzip.compress(b"<p>Second."))),
    ),
    "gzip-tail": Odd(2, "", home(packed(gzip.compress(page("<p>First.").encode()) + b"\0" * 50))),
    "packed-br": Odd(
        1, "packed as 'br'", home(answer(b"x", "200 OK", HTML, "Content-Encoding: br"))
    ),
    "packed-twice": Odd(
        1,
        "packed as 'gzip, gzip'",
        home(
            answer(
                gzip.compress(gzip.compress(b"x")), "200 OK", HTML, "Content-Encoding: gzip, gzip"
            )
        ),
    ),
    "packed-deflate": Odd(
        1,
        "packed as 'deflate'",
        home(answer(zlib.compress(b"x"), "200 OK", HTML, "Content-Encoding: deflate")),
    ),
}


HALVES: dict[str, Odd] = {
    "half-length": Odd(1, "cannot be fetched", home(answer(page(LINES))[:3000])),
    "half-chunk": Odd(
        1,
        "cannot be fetched",
        home(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n<p>half"),
    ),
    "bad-chunk": Odd(
        1,
        "cannot be fetched",
        home(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<p>half"),
    ),
    "no-http": Odd(1, "cannot be fetched", home(b"SSH-2.0-OpenSSH_9.6\r\n")),
    "http-0.9": Odd(1, "cannot be fetched", home(b"<p>Fuse</p>")),
    "nothing": Odd(1, "cannot be fetched", home(b"")),
    "two-lengths": Odd(
        1,
        "cannot be fetched",
        home(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\n<p>half</p>"),
    ),
    "many-headers": Odd(
        1,
        "cannot be fetched",
        home(answer(FUSE, "200 OK", HTML, *(f"X-{n}: {LONG}" for n in range(900)))),
    ),
    "odd-tags": Odd(
        2,
        "",
        home(answer(page("<p>Tag.</p>"), "200 OK", HTML, 'ETag: "é"', "Last-Modified: gestern, ä")),
    ),
    "long-tag": Odd(
        2, "", home(answer(page("<p>Tag.</p>"), "200 OK", HTML, f'ETag: "{LONG * 20}"'))
    ),
    "many-cookies": Odd(
        2,
        "",
        home(
            answer(
                page("<p>Tag.</p>"),
                "200 OK",
                HTML,
                *(f"Set-Cookie: c{n}={LONG[:300]}" for n in range(150)),
            )
        ),
    ),
    **{
        f"status-{code}": Odd(1, f"HTTP {code}", home(answer(FUSE, f"{code} X")))
        for code in (204, 206, 304, 400, 401, 403, 451, 500, 505, 999)
    },
}


BUSY: dict[str, Odd] = {
    **{
        f"retry-{n}": Odd(1, "", {**NONE, "/": retry(said, status)})
        for n, (said, status) in enumerate(
            [
                ("0", "429 Slow"),
                ("nan", "503 B"),
                ("-5", "503 B"),
                ("", "429 Slow"),
                ("1e-9", "503 B"),
                ("Mon, 99 Foo 99999999 99:99:99", "503 B"),
                ("Mon, 01 Jan 0001 00:00:00 +9999999999999999", "503 B"),
                ("Fri, 01 Jan 1999 00:00:00 GMT", "503 B"),
                ("½", "503 B"),
            ]
        )
    },
    "always-busy": Odd(1, "HTTP 429", home(answer("", "429 Slow", HTML, "Retry-After: 1"))),
}


SLOW: dict[str, Odd] = {
    "drip-body": Odd(1, "did not come within 8 s", home(lambda path: drip(one(), 0.3))),
    "drip-head": Odd(
        1,
        "did not come within 8 s",
        home(lambda path: drip(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 99, 0.3)),
    ),
    "endless-100": Odd(1, "did not come within 8 s", home(endless_100)),
    "endless-header": Odd(
        1, "cannot be fetched", home(lambda path: forever(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 999))
    ),
    "endless-body": Odd(
        1,
        "more than 10 MB",
        home(
            lambda path: forever(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b"<p>x</p>" * 999
            )
        ),
    ),
    "drip-chunk": Odd(
        1,
        "did not come within 8 s",
        home(
            lambda path: forever(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", b"x", 0.3
            )
        ),
    ),
    "drip-robots": Odd(
        0,
        "nothing is fetched: it did not come",
        {"/robots.txt": lambda path: forever(b"HTTP/1.1 200 OK\r\n\r\n", b"#", 0.3), "/": one()},
    ),
    "drip-sitemap": Odd(
        0,
        "cannot be read: it did not come",
        {"/sitemap.xml": lambda path: forever(b"HTTP/1.1 200 OK\r\n\r\n", b"<", 0.3), "/": one()},
    ),
    "drip-all": Odd(
        1,
        "0 minutes",
        {"/": one(FUSE, *(f"/{n}" for n in range(99))), **NONE},
        lambda path: forever(b"HTTP/1.1 200 OK\r\n\r\n", b"<", 0.3),
        seconds=10.0,
    ),
}
