"""Sites that offer odd things: robots.txt, sitemaps, pages without end."""

import gzip

from benchmarks.importing.odd_answers import (
    FUSE,
    HTML,
    LINES,
    NONE,
    Odd,
    Served,
    answer,
    maps,
    moved,
    one,
    packed,
    page,
    urls,
)

LONG = "x" * 1900


def robots(text: str | bytes, *more: str) -> dict[str, Served]:
    """A home page and a robots.txt."""
    return {
        "/robots.txt": answer(text, "200 OK", "text/plain"),
        "/": one(FUSE, "/a"),
        "/a": one("<p>Fuse eight is in the attic.</p>"),
    }


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 20


AGENTS = "".join(f"User-agent: a{n}\n" for n in range(12_000)) + "Disallow: /x\n" * 15_000


ROBOTS: dict[str, Odd] = {
    "robots-bom": Odd(1, "", robots(b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /a\r\n")),
    "robots-cr": Odd(1, "", robots("User-agent: *\rDisallow: /a\r")),
    "robots-html": Odd(2, "", robots("<html><body>Not found: Disallow: /</body></html>")),
    "robots-huge": Odd(1, "", robots("User-agent: *\nDisallow: /a\n" + "# fuse\n" * 1_500_000)),
    "robots-agents": Odd(2, "", robots(AGENTS)),
    "robots-agents-all": Odd(1, "", robots("User-agent: *\n" + AGENTS + "Disallow: /a")),
    "robots-named": Odd(
        1, "", robots("User-agent: *\nDisallow: /b\n\nuser-agent: PEREGRINEIMPORT\ndisallow: /a\n")
    ),
    "robots-other": Odd(
        2, "", robots("User-agent: OtherBot\nDisallow: /\n\nUser-agent: *\nDisallow:\n")
    ),
    "robots-stars": Odd(
        2, "", robots("User-agent: *\n" + "Disallow: /" + "*a" * 200 + "$\n" * 500)
    ),
    "robots-longest": Odd(2, "", robots("User-agent: *\nDisallow: /\nAllow: /a\nAllow: /$\n")),
    "robots-binary": Odd(2, "", robots(PNG)),
    "robots-delay": Odd(0, "wants 1000 seconds", robots("User-agent: *\nCrawl-delay: 1000")),
    "robots-odd-delay": Odd(
        2,
        "",
        robots(
            "User-agent: *\nCrawl-delay: nan\nRequest-rate: 0/0x\nVisit-time: 9-9\n"
            "Host: \nSitemap:\nSitemap: http://[\n"
        ),
    ),
    "robots-forbids": Odd(0, "robots.txt forbids", robots("User-agent: *\nDisallow: /")),
    "robots-401": Odd(1, "", {"/robots.txt": answer("", "401 No"), "/": one()}),
    "robots-500": Odd(
        0, "HTTP 500, so nothing is fetched", {"/robots.txt": answer("", "500 No"), "/": one()}
    ),
    "robots-circle": Odd(
        0, "nothing is fetched: it redirects", {"/robots.txt": moved("/robots.txt"), "/": one()}
    ),
}


def index_nest(path: str) -> bytes:
    """A sitemap of two more sitemaps, for ever."""
    number = int("".join(filter(str.isdigit, path)) or 0)
    return answer(maps(f"{{o}}/s{2 * number + 1}.xml", f"{{o}}/s{2 * number + 2}.xml"))


def hundreds(path: str) -> bytes:
    """150 sitemaps of two pages each, and their pages."""
    number = int("".join(filter(str.isdigit, path)) or 0)
    if path == "/sitemap.xml":
        return answer(maps(*(f"{{o}}/map{n}.xml" for n in range(1, 151))))
    if path.startswith("/map"):
        return answer(urls(f"{{o}}/p{number}", f"{{o}}/q{number}"))
    return one(f"<p>Fuse {path}.</p>") if path != "/robots.txt" else answer("", "404 No")


MANY = [f"{{o}}/p{n}" for n in range(60_000)]


ODD_ADDRESSES = [
    "/a#one",
    "/a#two",
    "/a?utm_source=mail",
    "/ü/straße?q=%C3%A4&b=",
    f"/{LONG}",
    f"/y{LONG * 2}",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..%2f..%2fetc",
    "/a%00b",
    "/con.html",
    "/A",
    "/a.html",
    "/a/",
    "//evil.example/x",
    "javascript:alert(1)",
    "mailto:a@b.c",
    "http://[",
    "http://[::1]/x",
    "/%zz",
    "/a;jsessionid=5",
    "/?a=1&a=2",
    "/\u202etxt",
    "/a b c",
    "data:text/html,x",
    "/" + "d/" * 30,
]


SITEMAPS: dict[str, Odd] = {
    "sitemap-circle": Odd(
        1,
        "",
        {
            "/sitemap.xml": answer(maps("{o}/sitemap.xml", "{o}/s2.xml")),
            "/s2.xml": answer(maps("{o}/sitemap.xml")),
            "/": one(),
        },
    ),
    "sitemap-nest": Odd(
        1, "more than 1,000 sitemaps", {"/": one(), "/robots.txt": NONE["/robots.txt"]}, index_nest
    ),
    "sitemap-hundreds": Odd(60, "more than 60 pages|raise --minutes", rest=hundreds),
    "sitemap-60000": Odd(
        60,
        "more than 60 pages|raise --minutes",
        {**NONE, "/sitemap.xml": answer(urls(*MANY)), "/": one()},
        lambda path: one(f"<p>Fuse {path}.</p>"),
    ),
    "sitemap-odd": Odd(
        16,
        "",
        {
            "/sitemap.xml": answer(
                urls(*(a.replace("&", "&amp;") for a in ODD_ADDRESSES)).encode("utf-8")
            ),
            "/robots.txt": NONE["/robots.txt"],
            "/": one(),
        },
        lambda path: one(f"<p>Fuse {len(path)} {path[:99]}.</p>".replace("%", "-")),
    ),
    "sitemap-cut": Odd(
        0, "is cut off or damaged", {"/sitemap.xml": answer(urls(*MANY)[:99_999]), "/": one()}
    ),
    "sitemap-gzip-cut": Odd(
        0,
        "is cut off or damaged",
        {"/sitemap.xml": answer(gzip.compress(urls(*MANY).encode())[:9_999]), "/": one()},
    ),
    "sitemap-bomb": Odd(
        0,
        "is cut off or damaged|more than 50 MB",
        {"/sitemap.xml": answer(gzip.compress(b"<urlset>" + b" " * 300_000_000)), "/": one()},
    ),
    "sitemap-entities": Odd(
        1,
        "",
        {
            "/sitemap.xml": answer(
                '<!DOCTYPE u [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "'
                + "&a;" * 99
                + '"><!ENTITY c SYSTEM "file:///etc/passwd">]><urlset><url><loc>&b;&c;</loc></url></urlset>'
            ),
            "/": one(),
        },
        lacks="root:",
    ),
    "sitemap-html": Odd(1, "", {"/sitemap.xml": answer(page("Not found")), "/": one()}),
    "sitemap-text": Odd(
        2,
        "",
        {
            "/sitemap.xml": answer(
                "\ufeff{o}/a\n{o}/b\nrubbish\n".encode(), "200 OK", "text/plain"
            ),
            "/": one(),
            "/a": one("<p>A.</p>"),
        },
    ),
    "sitemap-wide": Odd(
        2,
        "",
        {
            "/sitemap.xml": lambda path: answer(
                f'<?xml version="1.0" encoding="UTF-16"?>{urls("/a")}'.encode("utf-16")
            ),
            "/": one(),
            "/a": one("<p>A.</p>"),
        },
    ),
    "sitemap-500": Odd(
        0,
        "answers with HTTP 503",
        {"/sitemap.xml": answer("", "503 Busy", HTML, "Retry-After: 0"), "/": one()},
    ),
    "sitemap-away": Odd(
        1,
        "",
        {
            "/sitemap.xml": answer(urls("http://10.0.0.1/", "http://example.com/") + "rubbish"),
            "/": one(),
        },
    ),
}


def later(path: str, step: str = "/") -> bytes:
    """A page that leads to the next ones for ever."""
    number = int("".join(filter(str.isdigit, path)) or 0)
    following = [f"{step}day/{number * 3 + n}" for n in range(1, 4)]
    return one(f"<p>Nothing on day {number}.</p>", *following)


ENDLESS: dict[str, Odd] = {
    "calendar": Odd(60, "more than 60 pages|raise --minutes", NONE, later),
    "deeper-folders": Odd(
        11, "", NONE, lambda path: one(f"<p>Fuse at {len(path)}.</p>", f"x{len(path)}/")
    ),
    "million-links": Odd(
        60,
        "more than 60 pages|raise --minutes",
        {
            **NONE,
            "/": answer(
                page(FUSE, *map(str, range(100_000)), head=f'<base href="/{LONG[:900]}/">')
            ),
        },
        lambda path: one(f"<p>Fuse {path}.</p>"),
    ),
    "session-in-address": Odd(
        1,
        "more than 60 pages|raise --minutes",
        NONE,
        lambda path: one(FUSE, *(f"/{path[1:40]}{n}" for n in range(5))),
    ),
    "big-pages": Odd(
        10,
        "more than 5 MB|raise --minutes",
        NONE,
        lambda path: answer(
            page(f"<p>{path}</p>" + LINES * 50, *(f"/{path[1:]}{n}" for n in range(4)))
        ),
        size=5_000_000,
    ),
    "bombs": Odd(
        10,
        "more than 5 MB|raise --minutes",
        NONE,
        lambda path: packed(
            gzip.compress(
                page(
                    f"<p>{path}</p>" + "<p>fuse</p>" * 90_000,
                    *(f"/{path[1:]}{n}" for n in range(4)),
                ).encode(),
                1,
            )
        ),
        size=5_000_000,
    ),
}
