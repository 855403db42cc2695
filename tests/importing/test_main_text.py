"""The main text of a page: what is left of it, and what is taken away around it."""

import pytest

from chatbot.importing.web.main_text import read_page

FILLER = f"<p>{'A long text about the program. ' * 20}</p>"


def text_of(main: str, around: str = "") -> str:
    """What is read of a page below its heading and the filler."""
    html = f"<html><body>{around}<main><h1>Guide</h1>{FILLER}{main}</main></body></html>"
    return read_page(html.encode(), "https://example.com/x").markdown.split("\n\n", 2)[2].strip()


def test_main_text_keeps_tables_code_and_notes() -> None:
    body = """<div class="sidebar"><ul><li><a href="/1">One</a><li><a href="/2">Two</a><li>
      <a href="/3">Three</a></ul></div>
      <div id="content"><h1>Limits</h1><aside class="note"><p>Only for &lt;admins&gt;.</p></aside>
      <table><tr><th>Plan</th><th>Users</th></tr><tr><td>A|B</td><td>5</td></tr></table>
      <pre><code>if a &lt; b:
    print("`x`")</code></pre><p>See <a href="/other">the other page</a>.</p></div>
      <div class="footer">Imprint</div>"""
    text = read_page(f"<html><body>{body}</body></html>".encode(), "https://example.com/x")
    assert text.markdown == (
        "# Limits\n\nOnly for &lt;admins>.\n\n| Plan | Users |\n| --- | --- |\n| A\\|B | 5 |\n\n"
        '```\nif a < b:\n    print("`x`")\n```\n\nSee the other page.\n'
    )
    assert text.links == (
        "https://example.com/1", "https://example.com/2", "https://example.com/3",
        "https://example.com/other",
    )  # fmt: skip


def test_answers_of_an_accordion_are_text() -> None:
    sheet = ".panel, .internal {display: none}"
    script = (
        "document.querySelectorAll('.accordion').forEach(b => b.onclick = () => "
        "b.nextElementSibling.classList.toggle('open'))"
    )
    page = (
        f"<head><style>{sheet}</style></head><body><main><h1>FAQ</h1><p>{'About us. ' * 20}</p>"
        "<button class=accordion>How long?</button><div class=panel><p>Three days.</p></div>"
        "<h3><button>How much?</button></h3><div class=panel><p>Four euros.</p></div>"
        f"<p class=internal>no</p><button>Copy</button></main><script>{script}</script></body>"
    )
    text = read_page(page.encode(), "https://example.com/x").markdown
    assert text.endswith("How long?\n\nThree days.\n\n### How much?\n\nFour euros.\n")


def test_what_help_centres_put_around_a_text_is_left_out() -> None:
    body = (
        """<main><article><header><h1>Cones</h1><div class="article-meta"><img alt="Avatar"
      src="a.png"> Petra Lund <time datetime="2026-09-14T08:00Z">2 months ago</time></div></header>
      <div class="article-body"><p>A cone bends by heat.</p><img src="c.png" alt="cone (1).png">
      <p class="article-info">Written by hand: """
        + "cones are made of clay. " * 20
        + """</p>
      </div></article><aside class="sidebar"><h3>Weitere Artikel</h3><ul><li><a href="/b">Versand
      </a></li></ul></aside><aside class="note"><p>Note: see <a href="/c">prices</a>.</p></aside>
      <section class="recently-viewed"><h3>Seen</h3><p>Power</p></section>
      <section><h3>In this section</h3><ul></ul></section></main>"""
    )
    text = read_page(f"<html><body>{body}</body></html>".encode(), "https://example.com/x")
    assert text.markdown == (
        "# Cones\n\nA cone bends by heat.\n\nWritten by hand: "
        + ("cones are made of clay. " * 20).strip()
        + "\n\nNote: see prices.\n"
    )
    assert text.date == "2026-09-14"


LINKS = "".join(f'<li><a href="/{n}">Page {n}</a></li>' for n in range(4))


@pytest.mark.parametrize(
    ("attributes", "heading", "body"),
    [
        ('id="sharing"', "Sharing", "<p>With up to 25 people.</p>"),
        ('id="cookies-consent"', "Cookies &amp; consent", "<p>We store two cookies.</p>"),
        ('id="legal"', "Legal", "<ul><li>Refunds in 30 days.</li></ul>"),
        ('id="feedback-1" class="section level2"', "5.2 Feedback", "<button>Copy</button>a = 1"),
        ('id="comments"', "Comments<a href='#comments'>¶</a>", "<p>A line with # is one.</p>"),
    ],
)
def test_a_chapter_is_text_whatever_its_topic(attributes: str, heading: str, body: str) -> None:
    for tag in ("section", "div"):
        found = text_of(f"<{tag} {attributes}><h2>{heading}</h2>{body}</{tag}>")
        assert found.startswith("## ") and len(found.split("\n\n")) == 2


@pytest.mark.parametrize(
    "block",
    [
        f'<div id="related-articles"><h2>Related articles</h2><ul>{LINKS}</ul></div>',
        '<div id="comments"><h2>2 comments</h2><ol><li class="comment"><p>Me too!</p></ol></div>',
        '<div id="newsletter"><h2>Newsletter</h2><form><input name="mail"></form></div>',
        '<div id="feedback"><h2>Feedback</h2><p>Clear?</p><button>Yes</button></div>',
        '<div id="cookies"><h2>We value your privacy</h2><p>May we store cookies?</p></div>',
        '<div class="sharing" id="x"><h2>Sharing</h2><p>Tell your friends.</p></div>',
    ],
)
def test_what_stands_around_a_text_can_have_a_heading_too(block: str) -> None:
    assert text_of(f"{block}<p>The end.</p>") == "The end."


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<p>Use <button>Export</button> at the top.</p>", "Use Export at the top."),
        ("<p>To end, press <button>Save</button>, and wait.</p>", "To end, press Save , and wait."),
        ("<p><button>Export</button> makes a file.</p>", "Export makes a file."),
        ("<p>Was this clear? <button>Yes</button> or <button>No</button></p>",
         "Was this clear? or"),
        ("<p>The end.</p><div><button>Copy</button>a = 1</div>", "The end.\n\na = 1"),
        ("<form><input type=hidden name=state><table><tr><th>Plan<th>Price<tr><td>Basic<td>5"
         "</table></form>", "| Plan | Price |\n| --- | --- |\n| Basic | 5 |"),
        ("<p>The end.</p><form><table><tr><td>Name<td><input><tr><td>Mail<td><input></table>"
         "</form>", "The end."),
    ],
)  # fmt: skip
def test_buttons_in_sentences_and_tables_in_forms_are_text(html: str, left: str) -> None:
    assert text_of(html) == left


FORM = '<form><input name="user"><input type="Password"></form>'


@pytest.mark.parametrize(
    ("body", "locked"),
    [
        (f"<div>{FORM}</div><main><h1>Returns</h1><p>Within 30 days.</p></main>", False),
        (f"<header>{FORM}</header><h1>Returns</h1><p>Within 30 days.</p>", False),
        (f"<main><h1>Sign in</h1>{FORM}</main>", True),
        (f"<main>{FORM}</main><p>Welcome.</p>", True),
        (f"<div>{FORM}</div><p>Please sign in.</p>", True),
    ],
)
def test_a_page_that_only_asks_for_a_password(body: str, locked: bool) -> None:
    page = read_page(f"<html><body>{body}</body></html>".encode(), "https://example.com/x")
    assert page.locked == locked


@pytest.mark.parametrize(
    "block",
    [
        "<div><p>Was this page helpful?</p><button>Yes</button></div>",
        '<div>War dieser Artikel hilfreich? <a role="button">Ja</a></div>',
        "<div><span>Did this answer your question?</span><button>:)</button></div>",
        '<ol itemtype="https://schema.org/BreadcrumbList"><li><a href="/">Home</a></li></ol>',
        '<div aria-label="Breadcrumb"><a href="/">Home</a> / Locks</div>',
        '<div class="author-bio"><h2>By Jane</h2><p>Jane loves trains.</p></div>',
        '<div class="sharedaddy sd-block sd-like"><h3>Like this:</h3><span>Loading</span></div>',
        f'<div class="page-header"><ul>{LINKS}</ul></div>',
    ],
)
def test_what_tells_of_the_page_is_no_part_of_it(block: str) -> None:
    assert text_of(f"{block}<p>The end.</p>") == "The end."


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<h2>Was this helpful?</h2><p>asks the widget.</p>",
         "## Was this helpful?\n\nasks the widget."),
        ('<div class="section-header"><h2>Fees</h2></div><p>None.</p>', "## Fees\n\nNone."),
        ('<div class="card-header"><h5><button>How long?</button></h5></div><div>A day.</div>',
         "##### How long?\n\nA day."),
        ('<div><div class="plan-header">Basic</div><div class="plan-content">5 EUR</div></div>',
         "Basic\n\n5 EUR"),
        ('<div class="entry-header">12 May in Locks</div><p>The end.</p>', "The end."),
        ('<table class="search"><tr><th>Field<th>Finds<tr><td>sku:<td>goods</table>',
         "| Field | Finds |\n| --- | --- |\n| sku: | goods |"),
        ('<div id="q">How long?</div><nav class="w-dropdown-list"><p>A day.</p></nav>',
         "How long?\n\nA day."),
    ],
)  # fmt: skip
def test_what_heads_or_answers_a_part_of_the_text_is_text(html: str, left: str) -> None:
    assert text_of(html) == left


def test_a_short_article_is_not_who_wrote_it() -> None:
    page = (
        '<main><article><header class="article-header"><h1>PIN</h1></header>'
        '<section class="article-info"><div class="article-body"><p>Call us.</p></div></section>'
        "</article><p>Have more questions? Submit a request to the team</p></main>"
    )
    assert "Call us." in read_page(page.encode(), "https://example.com/x").markdown


TEXT = f"<h1>Hours</h1><p>{'The shop opens at eight. ' * 20}</p>"


@pytest.mark.parametrize(
    ("banner", "stays"),
    [
        ("<div id='zz'><p>We use cookies.</p><button>Accept all</button></div>", False),
        ("<div>Wir nutzen Cookies. <a href='#'>Alle akzeptieren</a></div>", False),
        ("<div><p>To allow cookies press Allow, see <a href='/x'>accept them</a>.</p></div>", True),
    ],
)
def test_a_banner_has_something_to_press(banner: str, stays: bool) -> None:
    page = f"<html><body><div>{TEXT}</div>{banner}</body></html>"
    assert ("ookies" in read_page(page.encode(), "https://example.com/x").markdown) == stays


def test_teasers_of_other_pages_are_no_part_of_an_article() -> None:
    teaser = '<article><a href="/b"><h3>Other hours</h3></a><p>Read on.</p></article>'
    page = f"<html><body><article>{TEXT}</article>{teaser}</body></html>"
    assert "Other" not in read_page(page.encode(), "https://example.com/x").markdown
    step = "<article><h2>Then</h2><p>Read on.</p></article>"
    page = f"<html><body><article>{TEXT}</article>{step}</body></html>"
    assert "Read on." in read_page(page.encode(), "https://example.com/x").markdown


def test_questions_that_a_page_has_as_data_only() -> None:
    data = """<script type="application/ld+json">[{"@context": "https://schema.org", "@graph": [
      {"@type": ["WebPage", "FAQPage", 3], "mainEntity": [
        {"@type": "Question", "name": "Is it dry?",
         "acceptedAnswer": {"@type": "Answer", "text": "<p>Down to <b>3 metres</b>.</p>"}},
        {"@type": "Question", "name": "How long?", "acceptedAnswer": [{"text": "A day."}]},
        {"@type": "Question", "name": "Why?", "acceptedAnswer": null}]}]}]</script>
      <script type="application/ld+json">{"@type": "Question", "name": "Else?"</script>"""
    page = f"<head>{data}</head><body><main>{TEXT}<h3>How long?</h3><p>A day.</p></main></body>"
    text = read_page(page.encode(), "https://example.com/x").markdown
    assert text.endswith("### How long?\n\nA day.\n\n## Is it dry?\n\nDown to 3 metres.\n")


def test_the_name_of_the_site_is_no_title() -> None:
    home = '<header class="top"><h1><a href="/">Acme Help</a></h1></header>'
    body = f"<body>{home}<div>{TEXT}</div></body>"
    text = read_page(body.encode(), "https://example.com/x")
    assert text.title == "Hours" and "Acme" not in text.markdown
    linked = f'<body><header><h1><a href="/x">Hours</a></h1></header>{TEXT[14:]}</body>'
    assert read_page(linked.encode(), "https://example.com/x").title == "Hours"


def test_the_date_that_a_page_has_as_data() -> None:
    data = (
        '{"@type": "Article", "datePublished": "2026-01-02", "dateModified": "2026-04-05T10:00Z"}'
    )
    head = f'<head><script type="application/ld+json">{data}</script></head>'
    page = f'{head}<body><main>{TEXT}<time datetime="2020-01-01">then</time></main></body>'
    assert read_page(page.encode(), "https://example.com/x").date == "2026-04-05"


LONG = "<p>" + "Hold the button until the lamp is green. " * 6 + "</p>"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"<h1>FAQ</h1>{LONG}<div><button aria-controls=a>How do I allow cookies?</button>"
         "<div id=a>Open Settings; the shop needs cookies.</div></div>", "Open Settings"),
        (f"<h1>FAQ</h1>{LONG}<div><h3><a href='#a'>Allow cookies</a></h3> <div id=a>Open Settings."
         "</div></div>", "Open Settings"),
        (f"<h1>Cookies</h1>{LONG}{LONG}<div>These cookies last 30 days. <button>Allow cookies"
         "</button></div>", "30 days"),
        (f"<main><h1>FAQ</h1>{LONG}<div><button>Is this useful for schools?</button>"
         "<div>Yes, it is made for them.</div></div></main>", "made for them"),
        (f"<main><h1>VPN</h1><div class=article-metadata>Applies to: Kappa 3.1</div>{LONG}</main>",
         "Kappa 3.1"),
        (f"<main><h1>Banks</h1><ul class=online-list><li>Acme: 3 EUR</ul>{LONG}</main>", "3 EUR"),
        ("<article><h1>Locks</h1><p>All of them.</article>"
         + "".join(f"<article><h2><a href='/{n}'>Lock {n}</a></h2><p>It costs {n}9 EUR, for doors."
                   "</article>" for n in range(4)), "39 EUR"),
        (f"<article><header><h1><a href='/reset-it'>Reset it</a></h1></header><h1>Step 1</h1>{LONG}"
         "</article>", "# Reset it"),
    ],
)  # fmt: skip
def test_what_only_looks_like_something_beside_the_text_stays(body: str, said: str) -> None:
    page = f"<html><body>{body}</body></html>"
    assert said in read_page(page.encode(), "https://acme.example/a").markdown


@pytest.mark.parametrize(
    "html",
    [
        "<h1>Allow cookies</h1><div><p>Open the cookies.</p><a href='#s'>Allow</a></div>",
        "<h1>Web</h1><div>Open the cookies.<ol><li>Press <button>Allow</button>.</ol></div>",
    ],
)
def test_how_cookies_are_allowed_is_no_banner(html: str) -> None:
    page = f"<html><body><div>{html}{TEXT[14:]}</div></body></html>"
    assert "Open the cookies." in read_page(page.encode(), "https://example.com/x").markdown


def test_a_menu_with_the_name_of_the_site_is_no_text() -> None:
    menu = "<nav><h1>Acme Help</h1><a href='/a'>Home</a> <a href='/b'>Log in</a></nav>"
    page = f"<html><body>{menu}<div><h2>Hours</h2>{TEXT[14:]}</div></body></html>"
    assert "Home" not in read_page(page.encode(), "https://example.com/x").markdown
