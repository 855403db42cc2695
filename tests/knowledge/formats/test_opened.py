"""What a click opens is read; what no click of a reader opens stays hidden."""

import pytest

from chatbot.knowledge.formats import extract


def text(markup: str) -> str:
    return extract(".html", markup.encode()).text


@pytest.mark.parametrize(
    "markup",
    [
        "<h3><button aria-expanded=false aria-controls=s id=a>Pause?</button></h3>"
        "<div id=s role=region aria-labelledby=a hidden><p>Yes.</p></div>",
        "<button aria-expanded=false id=b>Pause?</button><p>1</p>"
        "<div role=region aria-labelledby=b style='display:none'>Yes.</div>",
        "<div role=button aria-expanded=false>Pause?</div><div style='display: none;'>Yes.</div>",
        "<dl><dt><button aria-expanded=false>Pause?</button></dt><dd hidden>Yes.</dd></dl>",
        "<button aria-expanded=false>Pause?</button><div style='max-height: 0px'>Yes.</div>",
        "<h4 class=accordion-title>Pause?</h4><div hidden class=accordion-content>Yes.</div>",
        "<div class=faq><h4>Pause?</h4><div style='display:none'>Yes.</div></div>",
        "<div class=tab-pane id=t style='display:none'>Yes.</div>",
        "<a data-toggle=collapse href='#m'>Pause?</a><p>1</p><p id=m style='display:none'>Yes.</p>",
        "<div><button @click='open = !open'>Pause?</button><p>1</p>"
        "<div x-show=open style='display: none;'>Yes.</div></div>",
        "<script>$('.ask').click(() => $('.told').slideToggle())</script>"
        "<p class=ask>Pause?</p><p>1</p><p class=told style='display:none'>Yes.</p>",
    ],
)
def test_what_a_click_opens_is_read(markup: str) -> None:
    assert "Yes." in text(f"<body>{markup}</body>")


@pytest.mark.parametrize(
    "markup",
    [
        "<div style='display:none'>Pager 5</div>",
        "<p>Open at 9.</p><div class=internal hidden>Pager 5</div>",
        "<div class=tab-pane><p style='display:none'>Pager 5</p></div>",
        "<button aria-expanded=false aria-controls=menu>Menu</button>"
        "<div style='display:none'>Pager 5</div>",
        "<button aria-expanded=false aria-controls=m>Menu</button><ul id=m role=menu hidden><li>5",
        "<button>Menu</button><div class=mobile-menu style='display:none'>Pager 5</div>",
        "<div class='answer internal' style='display:none'>Pager 5</div>",
        "<div class=faq><h4>Pause?</h4><div class=staff-only hidden>Pager 5</div></div>",
        "<form><input><button>Send</button></form><p style='display:none'>Answered in 5 days.</p>",
        "<button>Cookies</button><div class=modal style='display:none'>Pager 5</div>",
        "<div role=dialog aria-labelledby=q hidden>5</div><b id=q aria-expanded=false>Ask</b>",
        f"<div>{'Long. ' * 60}<a onclick='go()'>Next</a></div><div hidden>Pager 5</div>",
    ],
)
def test_what_no_click_of_a_reader_opens_is_hidden(markup: str) -> None:
    assert "5" not in text(f"<body><p>Seen.</p>{markup}</body>")
