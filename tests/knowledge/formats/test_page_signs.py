"""Icons in lists of a page, prices that are struck out, and what a page has for its controls."""

import pytest

from chatbot.knowledge.formats import extract


def text(markup: str) -> str:
    return extract(".html", markup.encode()).text.strip()


@pytest.mark.parametrize(
    ("item", "want"),
    [
        ("<svg aria-label='Not included' role=img><path/></svg> Staging", "Not included Staging"),
        ("<svg><title>Included</title></svg>Phone help", "Included Phone help"),
        ("<span class=icon title=Included></span> Phone help", "Included Phone help"),
        ("<span><i class='fas fa-times' aria-hidden=true></i></span><span>Sauna</span>", "✗ Sauna"),
        ("<i class='fa fa-times'></i><span class=sr-only>Not in it:</span> Sauna",
         "Not in it: Sauna"),
        ("<label><input type=checkbox checked disabled></label> Encryption", "☑ Encryption"),
        ("<span role=img aria-label='60 mailboxes'></span>", "60 mailboxes"),
        ("See <i class='fa fa-check' title=Yes></i> there", "See there"),
        ("<a href='/x'><svg><title>Opens a window</title></svg>Terms</a>", "Terms"),
    ],
)  # fmt: skip
def test_an_item_says_what_the_icon_before_it_does(item: str, want: str) -> None:
    assert text(f"<ul><li>{item}</li><li>Last</li></ul>") == f"- {want}\n- Last"


def test_boxes_of_a_list_of_tasks() -> None:
    tasks = "<li class=checked>Rotate the key<li>Test the siren"
    want = "- ☑ Rotate the key\n- ☐ Test the siren"
    assert text(f"<ul class=inline-task-list>{tasks}</ul>") == want


def test_a_box_that_opens_an_answer_is_no_text() -> None:
    box = "<input type=checkbox id=a><label for=a>How do I pay?</label>"
    assert text(f"<div>{box}<p>By card.</p></div>") == "How do I pay?\n\nBy card."


def test_a_price_of_a_shop_is_the_one_that_is_drawn() -> None:
    spoken = "<span class=screen-reader-text>%s price: £%s.</span>"
    old = f"<del aria-hidden=true><span>£89</span></del> {spoken % ('Old', 89)}"
    new = f"<ins aria-hidden=true><span>£64</span></ins>{spoken % ('New', 64)}"
    assert text(f"<p class=price>{old}{new}</p>") == "£64"
    assert text("<div>Now <del><p>£89</p></del><p>£64</p></div>") == "Now\n\n£64"


@pytest.mark.parametrize(
    "control",
    [
        "<a class=skip-link href='#main'>Skip to content</a>",
        "<button class=clean-btn title=Copy aria-label='Copy code to clipboard'>Copy</button>",
        "<div class='jp-InputPrompt jp-InputArea-prompt'>In [1]:</div>",
    ],
)
def test_controls_of_a_page_are_no_text(control: str) -> None:
    assert text(f"{control}<p>Seen.</p>") == "Seen."


def test_code_beside_line_numbers_can_have_the_name_of_its_file() -> None:
    numbers = "<td class=linenos><pre>1\n2</pre></td><td><pre>a:\n  b: 17</pre></td>"
    found = text(f"<table><tr><th colspan=2>x.yml</th></tr><tr>{numbers}</tr></table>")
    assert found == "x.yml\n\n```\na:\n  b: 17\n```"


def test_the_title_of_a_drawing_is_none_of_the_page() -> None:
    assert extract(".html", b"<p>Yes.<svg><title>logo</title></svg></p>").title == ""


@pytest.mark.parametrize(
    ("markup", "want"),
    [
        ("<a href='https://a.example/'><img alt=App></a><button>Call</button>us",
         "App (https://a.example/) Call us"),
        ("<ac:image ac:alt='Two keys'><ri:attachment ri:filename='a.png'/></ac:image>", "Two keys"),
        ("Go <span class=noprint>[to do]</span>", "Go"),
    ],
)  # fmt: skip
def test_what_is_drawn_as_a_box_stands_apart(markup: str, want: str) -> None:
    assert text(f"<p>{markup}</p>") == want
