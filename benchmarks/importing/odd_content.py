"""Sites with odd pages: encodings, kinds, what they say of themselves, what is in them."""

from collections.abc import Callable

from benchmarks.importing.odd_answers import (
    FUSE,
    HTML,
    LINES,
    NONE,
    Odd,
    answer,
    home,
    moved,
    one,
    page,
)

LONG = "x" * 1900


UMLAUTS = page("<p>Größe, Straße und Fähre, überall schön.</p>")


PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj fuse cellar\n%%EOF"


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 20


KINDS: dict[str, Odd] = {
    **{
        f"charset-{said}": Odd(
            2,
            "",
            home(answer(UMLAUTS.encode(real), "200 OK", f"text/html; charset={said}")),
            lacks="�|Ã|\\\\x",
        )
        for said, real in [
            ("latin-1", "utf-8"),
            ("utf-8", "latin-1"),
            ("utf-9", "latin-1"),
            ("utf-16", "utf-16-le"),
            ("unicode_escape", "latin-1"),
            ("hex", "latin-1"),
            ("rot13", "latin-1"),
            ("idna", "latin-1"),
            ("undefined", "latin-1"),
            ("punycode", "cp1252"),
            ("x" * 9999, "utf-8"),
            ("utf-7", "utf-8"),
        ]
    },
    "pdf-as-page": Odd(1, "file of another kind", home(answer(PDF))),
    "png-as-page": Odd(1, "file of another kind", home(answer(PNG))),
    "zip-as-text": Odd(
        1, "file of another kind", home(answer(b"PK\x03\x04\0\0\0" + PNG, "200 OK", "text/plain"))
    ),
    "json": Odd(
        1, "no page but application/json", home(answer("{}", "200 OK", "application/json"))
    ),
    "odd-type": Odd(1, "no page but", home(answer(FUSE, "200 OK", "x" * 50_000))),
    "two-types": Odd(2, "", home(answer(page("<p>Two.</p>"), "200 OK", "text/html, text/html"))),
    "no-type": Odd(2, "", home(answer(page("<p>None.</p>"), "200 OK", ""))),
    "front-matter": Odd(
        2, "", home(answer("---\naudience: public\ntitle: x\n---\nText.", "200 OK", "text/plain"))
    ),
    "empty": Odd(1, "no text", home(answer(""))),
    "letters": Odd(
        2,
        "",
        home(
            one(
                "<p>\0\1\x1b[2J\x7f\u202e\ufeff\u2028---</p><p>Words.</p>",
                title="\x1b]0;x\x07" + "T" * 99_999,
            )
        ),
        lacks="\x1b|\0",
    ),
}


def nest(depth: int, tag: str = "div", attributes: str = "") -> str:
    """Elements in each other."""
    return f"<{tag} {attributes}>" * depth + "fuse" + f"</{tag}>" * depth


def many(piece: str, size: int = 2_000_000) -> bytes:
    """A page of ``size`` bytes."""
    return one("<p>Fuse nine is far away.</p>" + piece * (size // len(piece)))


def wall(cookie: str) -> Callable[[str], bytes]:
    """Every page is a redirect to itself that sets a cookie."""
    return lambda path: moved(path, "302 Found", f"Set-Cookie: {cookie}")


PAGES: dict[str, Odd] = {
    "copies": Odd(1, "", {"/": one(FUSE, *(f"/?print={n}" for n in range(50)))}, one(FUSE)),
    "canonical-circle": Odd(
        2,
        "",
        {
            "/": one("<p>One.</p>", "/b", head='<link rel=canonical href="/b">'),
            "/b": one("<p>Two.</p>", "/", head='<link rel="canonical" href="/">'),
        },
    ),
    "canonical-away": Odd(
        1,
        "",
        {"/": one(FUSE, head='<link rel="canonical" href="http://10.0.0.1/evil">')},
        lacks="evil",
    ),
    "noindex-header": Odd(
        1,
        "not to index",
        home(answer(page("<p>No.</p>"), "200 OK", HTML, "X-Robots-Tag: googlebot: none")),
    ),
    "preview-header": Odd(
        2,
        "",
        home(
            answer(
                page("<p>Yes.</p>"),
                "200 OK",
                HTML,
                "X-Robots-Tag: max-image-preview:none, unavailable_after: 1 Jan 2030 10:00:00 GMT",
            )
        ),
    ),
    "nofollow-header": Odd(
        1,
        "",
        {
            "/": answer(page(FUSE, "/a"), "200 OK", HTML, "X-Robots-Tag: nofollow"),
            "/a": one("<p>A.</p>"),
        },
    ),
    "noindex-none": Odd(
        1, "not to index", home(one("<p>No.</p>", head='<META NAME="ROBOTS" CONTENT=" NONE ">'))
    ),
    "languages": Odd(
        3,
        "",
        {
            "/": one(FUSE, "/de", "/xx", head='<link rel="alternate" hreflang="de" href="/de">'),
            "/de": answer(page("<p>Sicherung.</p>").replace('"en"', '"de"')),
            "/xx": answer(page("<p>X.</p>").replace('"en"', '"x\ny: z"')),
        },
    ),
    "base-away": Odd(1, "", {"/": one(FUSE, "a", "/b", head='<base href="http://10.0.0.1/">')}),
    "base-script": Odd(
        2,
        "",
        {"/": one(FUSE, "a", head='<base href="javascript:alert(1)">'), "/a": one("<p>A.</p>")},
    ),
    "frames": Odd(
        1,
        "no text",
        {
            "/": answer(
                '<html><frameset cols="1,2"><frame src="/a">'
                "<noframes>No frames here.</noframes></frameset></html>"
            ),
            "/a": one("<p>Framed.</p>"),
        },
        lacks="No frames",
    ),
    "script-only": Odd(
        0,
        "no text",
        {
            "/": answer(
                "<html><body><noscript>Enable JavaScript.</noscript>"
                '<div id="root"></div><script>x="Fuse"</script></body></html>'
            )
        },
    ),
    "login-page": Odd(
        1,
        "asks for a password",
        {
            "/": one(FUSE, "/secret"),
            "/secret": moved("/login?to=secret"),
            "/login?to=secret": one('<p>Please sign in.</p><form><input type="Password"></form>'),
        },
        lacks="sign in",
    ),
    "login-in-head": Odd(
        2,
        "",
        home(answer(page(LINES).replace("<nav>", '<form><input type="password"></form><nav>'))),
    ),
    "cookie-wall": Odd(0, "circle", NONE, wall("seen=1; path=/")),
    "nest": Odd(2, "", home(one(nest(100_000)))),
    "nest-lists": Odd(2, "", home(one(nest(50_000, "ul", "class=nav") + nest(50_000, "b")))),
    "table-spans": Odd(
        1,
        "table of it has more",
        home(
            one(
                "<table>"
                + f"<tr><td rowspan=1000 colspan=500>{LONG * 500}<td>x</tr>"
                + "<tr><td>y</tr>" * 999
                + "</table>"
            )
        ),
    ),
    "table-unclosed": Odd(2, "", home(many("<table><tr><td>", 3_000_000))),
    "many-marks": Odd(1, "more than 10 million", home(many("`"))),
    **{
        f"many-{n}": Odd(2, "", home(many(piece)))
        for n, piece in enumerate(
            [
                "<a href=x>y</a>",
                "<p>",
                "<div class=nav><a href=x>y</a></div>",
                "<li>x",
                "<b>x",
                "<td>x<tr>",
                "&#65;",
                "[x](y) ",
                "<h1>x</h1>",
                "<!--",
            ]
        )
    },
}
