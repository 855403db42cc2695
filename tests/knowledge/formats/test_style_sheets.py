"""What style sheets hide: not what a click opens."""

import pytest

from chatbot.knowledge.formats import extract


def text(page: str) -> str:
    return extract(".html", page.encode()).text


@pytest.mark.parametrize(
    ("sheet", "script", "panel"),
    [
        (".panel{max-height:0;overflow:hidden}", "", "class=panel"),
        (".fade{opacity:0}", "", "class=fade"),
        (".collapse{display:none} .collapse.show{display:block}", "", "class=collapse"),
        (".a{display:none} .faq.is-open > .a, p{display:block}", "", "class=a"),
        ("#p{display:none} #box:checked ~ #p{display:block}", "", "id=p"),
        (".tabcontent{display:none}",
         "function show(){for (p of document.getElementsByClassName('tabcontent')) "
         "p.style.display='none'}", "class=tabcontent"),
        (".panel{display:none}",
         "b.addEventListener('click', e => b.nextElementSibling.classList.toggle('on'))",
         "class=panel"),
    ],
)  # fmt: skip
def test_what_a_click_opens_is_text(sheet: str, script: str, panel: str) -> None:
    page = (
        f"<style>{sheet}</style><body>"
        "<button class=accordion onclick='show(event)'>How long?</button>"
        f"<div {panel}><p>Three days.</p></div><script>{script}</script>"
    )
    assert text(page) == "How long?\n\nThree days.\n"


@pytest.mark.parametrize(
    "more",
    [
        "<style>body.staff .internal{display:block}</style>",
        "<style>@media print{.internal.open{display:block}}</style>",
        "<script>if (staff) document.querySelector('.internal').style.display='block'</script>",
        "<script>a.onclick = e => document.querySelector('#menu').classList.toggle('on')</script>",
    ],
)
def test_what_no_click_opens_stays_hidden(more: str) -> None:
    page = f"<style>.internal{{display:none}}</style>{more}<body><p class=internal>No.<p>Seen."
    assert text(page) == "Seen.\n"


@pytest.mark.parametrize(
    ("style", "is_shown"),
    [
        ("opacity:0", True),
        ("opacity: 0; transform: translateY(20px)", True),
        ("position: absolute; opacity: 0; transform: none", True),
        ("fill-opacity:0; position: absolute", True),
        ("opacity:0; height:0; overflow:hidden", False),
        ("font-size:1px; opacity:0", False),
        ("opacity:0;pointer-events:none", False),
        ("max-height:0", False),
    ],
)
def test_what_is_clear_is_shown_unless_it_is_taken_out(style: str, is_shown: bool) -> None:
    assert text(f"<p style='{style}'>Soon.<p>Seen.") == "Soon.\n\n" * is_shown + "Seen.\n"


@pytest.mark.parametrize(
    "hidden",
    [
        "class=hidden",
        "class='alert d-none'",
        "class='is-hidden print:block'",
        "class='d-none d-print-block'",
    ],
)
def test_what_shared_classes_hide_is_left_out(hidden: str) -> None:
    assert text(f"<h1>Pay</h1><div {hidden}><p>Thanks!</p></div><p>Seen.") == "# Pay\n\nSeen.\n"


@pytest.mark.parametrize(
    "page",
    [
        "<p class='hidden md:block'>Seen.",
        "<p class='d-none d-lg-table-cell'>Seen.",
        "<style>.hidden{opacity:0} .show{opacity:1}</style><p class=hidden>Seen.",
        "<main class=hidden><p>Seen.</main>",
        "<button aria-controls=a aria-expanded=false></button><div id=a class=hidden>Seen.</div>",
        "<div class='tab-pane hidden'>Seen.</div>",
    ],
)
def test_what_shared_classes_hide_for_a_while_is_text(page: str) -> None:
    assert text(page) == "Seen.\n"


def test_rules_for_any_screen_are_those_of_the_page() -> None:
    sheet = (
        "@media only screen{.a{display:none}} @media screen and (max-width:9px){.b{display:none}}"
    )
    assert text(f"<style>{sheet}</style><p class=a>Paper.<p class=b>Seen.") == "Seen.\n"


@pytest.mark.parametrize(
    ("sheet", "markup", "want"),
    [
        (".yes::before{content:'\\2714'}.no:before{content:\"✘\"}",
         "<table><tr><th>Way<th>Lite<th>Pro<tr><td>Chat<td class=no><td class=yes></table>",
         "Way | Lite | Pro\nChat | ✘ | ✔"),
        (".in li:before{content:'\\2713 '} ul.out > li::before{content:'\\2717'}",
         "<ul class=in><li>Post<ul><li>Air</ul></ul><ul class=out><li>Cards</ul>",
         "- ✓ Post\n  - ✓ Air\n- ✗ Cards"),
        (".eur::before{content:'\\20AC'}.month::after{content:'/month'}",
         "<p>Pro: <b class='eur month'>49</b>.", "Pro: €49/month."),
        ("td.has:before{font-family:FontAwesome;content:'\\f00c'}",
         "<table><tr><th>Way<th>Pro<tr><td>Chat<td class=has></table>", "Way | Pro\nChat | ✓"),
        (".note::before{content:'Note: '}", "<div class=note>Keep it.</div>", "Note: Keep it."),
        (".a::before{content:'• '}.a::after{content:'.';visibility:hidden}"
         ".a:hover::after{content:'Hi'}"
         ".b::before{content:attr(x)}.b::after{content:counter(n) '. '}"
         ".c::before{font-family:Icons;content:'k'}@media print{.c::after{content:'Paper'}}",
         "<p class='a b c'>Text", "Text"),
        (".fa-check:before{content:'\\f00c'}",
         "<table><tr><th>Way<th>Pro<tr><td>Chat<td><i class='fa fa-check'></i></table>",
         "Way | Pro\nChat | ✓"),
    ],
)  # fmt: skip
def test_what_style_sheets_draw_is_read(sheet: str, markup: str, want: str) -> None:
    assert text(f"<style>{sheet}</style><body>{markup}") == f"{want}\n"


def test_style_sheets_number_lists() -> None:
    counted = "content:'' counter(lst-ctn-kix_a-1,lower-latin) '. '"
    sheet = f".lst-kix_a-1>li:before{{{counted}}}.k{{list-style:upper-roman}}"
    page = (
        "<ol class='c1 lst-kix_a-0'><li>Open</ol><ol class='lst-kix_a-1'><li>Name<li>Code</ol>"
        "<ol class=lst-kix_a-0 start=2><li>Save</ol><p>Or</p><ol class=k><li>One<li>Two</ol>"
    )
    assert text(f"<style>{sheet}</style><body>{page}") == (
        "1. Open\n  a. Name\n  b. Code\n2. Save\n\nOr\n\nI. One\nII. Two\n"
    )


@pytest.mark.parametrize(
    ("sheet", "markup", "want"),
    [
        (".in li::before{content:'✓'}.in li.out::before{content:'✗'}",
         "<ul class=in><li>Post<li class=out>Air</ul>", "- ✓ Post\n- ✗ Air"),
        (".in li.out::before{content:none}.in li::before{content:'✓'}",
         "<ul class=in><li>Post<li class=out>Air</ul>", "- ✓ Post\n- Air"),
        (".p::before{content:'€'}.us .p::before{content:'$'}.p::before{content:'EUR'}",
         "<p>In <b class=p>9</b> or <i class=us><b class=p>8</b></i>", "In EUR 9 or $8"),
        (".s::before{content:'Step 1'}.s::after{content:'New'}", "<h2 class=s>Go</h2><p>x",
         "## Step 1 Go New\n\nx"),
    ],
)  # fmt: skip
def test_of_several_drawn_texts_one_is_read_and_apart(sheet: str, markup: str, want: str) -> None:
    assert text(f"<style>{sheet}</style><body>{markup}") == f"{want}\n"


@pytest.mark.parametrize(
    ("selector", "content", "markup"),
    [
        (".bash", "bash", "<pre class=bash>run</pre>"),
        (".bash", "$ ", "<pre><code><span class=bash>run</span></code></pre>"),
        ("mjx-c.c1", "1", "<mjx-c class=c1></mjx-c>"),
        (".icon-home", "\\61", "<p><i class=icon-home></i>Home"),
        (".shut", "×", "<button class=shut></button>"),
        (".btn-close", "×", "<div class=btn-close></div>"),
        ("2col .a", "Wide", "<p class=a>Text"),
    ],
)
def test_what_is_drawn_as_no_text_is_not_read(selector: str, content: str, markup: str) -> None:
    page = f"<style>{selector}::before{{content:'{content}'}}</style><body>{markup}"
    assert text(page) == text(markup)


@pytest.mark.parametrize(
    ("markup", "want"),
    [
        ("<div class=box>One.</div><div class='box hidden'>Two.</div>", "One.\n\nTwo.\n"),
        ("<ul><li>One<li class=d-none>Two<li class=d-none>Three</ul>", "- One\n- Two\n- Three\n"),
        ("<p>One.<p class='hidden lg:!block'>Two.<p class='hidden xl:visible'>Three.",
         "One.\n\nTwo.\n\nThree.\n"),
        ("<p>One.<p class='error hidden'>Two.<p class='error hidden'>Three.", "One.\n"),
    ],
)  # fmt: skip
def test_what_is_one_of_several_alike_is_not_hidden_by_its_class(markup: str, want: str) -> None:
    assert text(markup) == want


@pytest.mark.parametrize(
    ("selector", "is_drawn"),
    [
        (".a b", True),
        (".a > b", False),
        (".a > i b", True),
        ("#x .a > i > b", True),
        ("#x > .a b", True),
        ("div b.c, #x b.d", True),
        ("b.c", False),
        ("p .a > .e b", False),
    ],
)
def test_selectors_choose_what_is_inside_of_what(selector: str, is_drawn: bool) -> None:
    parts = ",".join(f"{part}::before" for part in selector.split(","))
    page = f"<style>{parts}{{content:'€'}}</style>"
    page += "<div id=x><p class=a><i class=e><b class=d>5</b></i></p></div>"
    assert text(page) == "€5\n" * is_drawn + "5\n" * (not is_drawn)
