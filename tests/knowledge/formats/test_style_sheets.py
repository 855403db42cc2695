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
