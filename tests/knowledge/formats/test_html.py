"""HTML reads as its readers see it: blocks apart, tables by rows, nothing that is hidden."""

import time

import pytest

from chatbot.knowledge.formats import extract


def text(markup: str) -> str:
    return extract(".html", markup.encode()).text


@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        ("<ol><li>Open it<ul><li>Choose</li></ul></li><li>Wait</li></ol>",
         ["1. Open it", "  - Choose", "2. Wait"]),
        ("<dl><dt>Grace</dt><dd>Ten days</dd><dd>or more</dd></dl>",
         ["Grace: Ten days", "", "Grace: or more"]),
        ("<details><summary>Pause?</summary>Yes.</details>", ["Pause?", "", "Yes."]),
        ("<div>Hello,<div>12 Mill Road<div>9 to 17</div></div></div>",
         ["Hello,", "", "12 Mill Road", "", "9 to 17"]),
        ("<h2>\n<a id='x'></a>Import\nLimits</h2><p>1 GB.</p>", ["## Import Limits", "", "1 GB."]),
        ("<pre>a:\n  b: 1</pre>", ["```", "a:", "  b: 1", "```"]),
        ("<p>Mill Road<br>London</p>", ["Mill Road", "London"]),
        ("<select><option>Damaged</option><option>Late</option></select>", ["Damaged", "", "Late"]),
        ("<ol start=4 type=a><li>x</ol>", ["d. x"]),
        ("<ol reversed><li>x<li>y</ol>", ["2. x", "1. y"]),
        ("<dl><div><dt>Refund</dt><dt>Return</dt><dd><p>30 days.</p><p>Unused.</p></dd></div></dl>",
         ["Refund, Return: 30 days.", "", "Unused."]),
        ("<dl><dt>Run<dd><pre>a</pre></dl>", ["Run:", "", "```", "a", "```"]),
        ("<dl><dt>Alone</dl>", ["Alone"]),
        ("<dl><dt>Shown<dd><img src=a.png></dl>", ["Shown"]),
        ("<dl><dt>A<dd><dl><dt>B<dd>x</dl><dd>y</dl>", ["A:", "", "B: x", "", "A: y"]),
        ("<dl><dt>1. Use</dt><dd><dl><dt>1.1 Fees</dt></dl></dd><dt>2. End</dt></dl>",
         ["1. Use:", "", "1.1 Fees", "", "2. End"]),
        ("<span style='display: block'>One</span><span style='display:block'>Two</span>",
         ["One", "", "Two"]),
        ("<my-note>One</my-note><my-note>Two</my-note>", ["One", "", "Two"]),
        ("<p>Click <my-icon>gear</my-icon>now</p>", ["Click gear now"]),
        ("<div role=heading aria-level=3>Returns</div>", ["### Returns"]),
    ],
)  # fmt: skip
def test_blocks_stay_apart(markup: str, lines: list[str]) -> None:
    assert text(markup).rstrip("\n").split("\n") == lines


@pytest.mark.parametrize(
    ("markup", "want"),
    [
        ("$10<sup>1</sup> a month", "$10 [1] a month"),
        ("10<sup>6</sup> bytes", "10^6 bytes"),
        ("90<sup><a href='#n'>2</a></sup> days", "90 [2] days"),
        (
            "47<sup>a)</sup> l, 5.3<sup>b</sup>, 8<sup>1)</sup>, 41<sup>(2)</sup>, 2.8<sup>3</sup>",
            "47 [a] l, 5.3 [b], 8 [1], 41 [2], 2.8 [3]",
        ),
        (
            "the 1<sup>a</sup> fila, 2<sup>e</sup>, 1<sup>st</sup>, 30<sup>o</sup>C, 3<sup>2</sup>",
            "the 1a fila, 2e, 1st, 30oC, 3^2",
        ),
        ("5 m<sup>2</sup>, CO<sub>2</sub>", "5 m2, CO2"),
        (
            "5 days<sup>2</sup>, 24 months,<sup>3</sup> 4 km<sup>2</sup>",
            "5 days [2], 24 months, [3] 4 km2",
        ),
        ("<ruby>東<rp>(</rp><rt>とう</rt>京<rt>きょう</rt></ruby>へ", "東京へ"),
        (
            "Pay by <input type=checkbox checked id=a><label for=a>card</label> "
            "<input type=checkbox> cash",
            "Pay by\n\n☑ card\n\n☐ cash",
        ),
        ("<input type=checkbox class=menu-toggle> Menu", "Menu"),
        ("<input type=checkbox name=colour> Red", "Red"),
        ("<form><input type=checkbox> Red <input type=checkbox checked> Blue</form>", "Red ☑ Blue"),
        (
            "5 square meters<sup>2</sup>, 1 Quadratmeter<sup>3</sup>",
            "5 square meters2, 1 Quadratmeter3",
        ),
        ("€188.50<span class=mark><sup>1</sup></span>", "€188.50 [1]"),
        (
            "12<small>99</small> €, €3<small>50</small>, 7<i class=price-cents>05</i>, "
            "10<small>20</small>, 5<small>kg</small>, 1<sup class=cents>00</sup>",
            "12.99 €, €3.50, 7.05, 10 20, 5kg, 1.00",
        ),
        ("99 %<sup>a</sup>, Delivery<sup>b</sup>, M<sup>a</sup>", "99 % [a], Delivery [b], Ma"),
        ("90<a href='#n'><sup>2</sup></a> days", "90 [2] days"),
        ("139 €<sup>1</sup>, 8%<sup>2</sup>", "139 € [1], 8% [2]"),
        ("10<span style='font-size:8pt; vertical-align: super'>6</span> bytes", "10^6 bytes"),
        ("<del>$129</del> $99", "$99"),
        ("<span class='text-sm line-through'>$129</span> <b class=old-price>$119</b> $99", "$99"),
        ("in 2024<sup>3</sup>, 20480<sup>3</sup>", "in 2024 [3], 20480^3"),
        ("<a href='https://a.example/b.png'><img src=b.png></a>No", "No"),
        ("Mon</br>Tue", "Mon\nTue"),
        ("<s>30</s> <ins>45</ins> days", "45 days"),
        ("<span style='text-decoration: line-through'>$79</span> $59", "$59"),
        ("<a href='https://a.example/f7'>this form</a>.", "this form (https://a.example/f7)."),
        ("<a href='mailto:r@a.example?subject=x'>Write</a>", "Write (r@a.example)"),
        ("<a href='https://a.example/'>a.example</a>", "a.example"),
        ("<a href='tel:+49%2030 12;x=1'>us</a>", "us (+49 30 12)"),
        (
            "<a href=' https://a.example/my\n file.pdf '>it</a>",
            "it (https://a.example/my%20file.pdf)",
        ),
        ("Size<button title=Info><svg></svg></button>Fee <a href='/x'><img></a>", "Size Fee"),
        ("<a href='mailto: a@b.example?x'>Mail</a>", "Mail (a@b.example)"),
        ("At <a href='mailto:a@b.example'><img src=m.svg></a>", "At a@b.example"),
        ("<a href='mailto:a@b.example'></a>None", "None"),
        (
            "<a href='/cdn-cgi/l/email-protection' class=__cf_email__ "
            "data-cfemail='543514367a312c'>[email&#160;protected]</a> or "
            "<a href='/cdn-cgi/l/email-protection#543514367a312c6b2c'>us</a>",
            "a@b.ex or us (a@b.ex)",
        ),
        ("<i class=material-icons>arrow_forward</i> Next", "Next"),
        ("<i class=material-symbols-outlined>check</i>Free", "✓ Free"),
        (
            "<i class=material-icons-item>Free</i>, <i class=material-icons>Or this</i>",
            "Free, Or this",
        ),
        (
            "X<b>2</b>Max, <b class=n>1</b>Unplug, <b>2.</b><i>Wait</i>, <b>5</b>GB",
            "X2Max, 1 Unplug, 2. Wait, 5GB",
        ),
        (
            "SSO<span class='plan-badge'>Team</span><a class=btn>Buy</a>x<b class=pills>y</b>",
            "SSO Team Buy xy",
        ),
        (
            "<sup>$</sup>19<sup>99</sup>/mo, 3<sup>1</sup>/<sub>2</sub>, 3<sup>1</sup>/4",
            "$19.99/mo, 3 1/2, 3 1/4",
        ),
        (
            "5 <span style='font-family:Symbol'>m</span>m, <b style='font-family:A,Symbol'>m</b>",
            "5 μm, m",
        ),
        ("<img alt=Visa><img alt=Giro>now<img alt=A> <img alt=B>.", "Visa Giro now A B."),
        ("Click <img src=g.svg alt='the gear'>.", "Click the gear."),
        (
            "Or <a href='https://a.example/c' aria-label='chat with us'><svg></svg></a>",
            "Or chat with us (https://a.example/c)",
        ),
        ("<a href='#x' aria-label='Link to Fees'><svg></svg></a>Fees", "Fees"),
        (
            "<iframe src='https://v.example/9' title='Mounting in 3 minutes'></iframe>",
            "Mounting in 3 minutes (https://v.example/9)",
        ),
        ("<iframe src='https://ads.example/'></iframe>See", "See"),
        ("<map><area href='https://a.example/p' alt=Plan></map>", "Plan (https://a.example/p)"),
        ("Click here.<img src=g.png alt='Screen shot (2).png'>", "Click here."),
        ("1<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> cups", "1 1/2 cups"),
        ("<math><mn>2</mn><msup><mn>10</mn><mn>6</mn></msup></math> bytes", "2 10^6 bytes"),
        (
            "<math><semantics><mover><mi>x</mi><mo>¯</mo></mover><annotation>x</annotation>"
            "</semantics><mo>=</mo><msqrt><mn>9</mn></msqrt></math>",
            "x=√9",
        ),
    ],
)
def test_inline_marks_make_no_other_words(markup: str, want: str) -> None:
    assert text(f"<p>{markup}</p>").strip() == want


def test_what_is_hidden_is_left_out() -> None:
    page = """<style>.internal, #x { display: none }</style><nav>Home</nav>
    <p hidden>one</p><p style="display: none">two</p><p class="a internal">three</p>
    <p id="x">four</p><!-- five --><script>six</script><template>seven</template><p>Seen.</p>"""
    assert text(page) == "Seen.\n"


def test_paragraphs_stay_in_what_is_around_them() -> None:
    assert text("<s><p>90 days</p></s><STRIKE class=x><p>60</p></STRIKE><p>30 days</p>") == (
        "30 days\n"
    )
    assert text("<h3 class=x><span>!</span><p class=y>Limits</p></h3><p>9</p>") == (
        "### ! Limits\n\n9\n"
    )
    assert text("<style>p {color: red}</style><label>Name</label>") == "Name\n"


def test_what_a_component_draws_is_read() -> None:
    page = "<my-tip><template shadowrootmode=open><p>Wait.</p></template></my-tip>"
    assert text(f"{page}<template><p>no</p></template>") == "Wait.\n"


def test_style_sheets_raise_figures() -> None:
    sheet = ".c5{vertical-align:super} #t .mark, .m {font-size:75%;vertical-align: 0.4em}"
    page = "<p>€188.50<span class=mark>1</span> or 10<span class='c1 c5'>6</span> m</p>"
    assert text(f"<style>{sheet}</style>{page}") == "€188.50 [1] or 10^6 m\n"


def test_style_sheets_hide_on_the_screen_only() -> None:
    page = """<style>@media print { .a { display: none } } p.b { display: none }</style>
    <p class=a>Seen.</p><p class=b>no</p><div style="font-size:0">no</div>
    <p style="opacity: 0; position: absolute">no</p><p hidden=until-found>Opened.</p>"""
    assert text(page) == "Seen.\n\nOpened.\n"


def test_tables_are_rows_with_every_cell_in_its_column() -> None:
    page = """<table><thead><tr><th>Region<th>Method<th>Days</thead>
    <tr><td rowspan=2><p>EU</p><td>Standard<td>5<br>or 6</tr><tr><td>Express<td></tr>
    <tr><td colspan=2>World<td>9</table>"""
    found = extract(".html", page.encode())
    assert found.text.split("\n")[:-1] == [
        "Region | Method | Days",
        "EU | Standard | 5 or 6",
        "EU | Express |",
        "World | World | 9",
    ]
    assert found.tables[0].columns == "Region | Method | Days"
    assert [found.text[at : at + 2] for at in found.tables[0].at] == ["EU", "EU", "Wo"]


def test_titles_of_rows_are_no_names_of_columns() -> None:
    names = "<thead><tr><td><th>Free<th>Pro</thead>"
    group = "<tr><th colspan=3>{0}<tr><th>{1}<td>yes<td>no"
    page = f"<table>{names}{group.format('Help', 'Mail')}{group.format('Limits', 'Users')}</table>"
    found = extract(".html", page.encode())
    assert "\nHelp |  |\nMail | yes | no\nLimits |  |\nUsers | yes | no\n" in found.text
    names = " | Free | Pro"
    assert [t.columns for t in found.tables][::2] == [names, names]
    assert [t.columns for t in found.tables][1::2] == [f"Help: {names}", f"Limits: {names}"]
    page = "<table><tr><th>Part<th>Fee<th>Tax<tr><th>Help<th><th><tr><td>Mail<td>5<td>1</table>"
    assert extract(".html", page.encode()).tables[0].columns == "Part | Fee | Tax"


def test_names_of_columns_further_down_begin_another_table() -> None:
    page = """<table><tr><th>Size<th>Price<tr><td>S<td>5<tr><td>M<td>6<tr><th>Sum<th>11
    <tr><th>Colour<th>Extra<tr><td>Red<td>1<tr><th>All<th>1</table>"""
    found = extract(".html", page.encode())
    assert [table.columns for table in found.tables] == ["Size | Price", "Colour | Extra"]
    assert found.text.index("\n\nColour | Extra\nRed | 1\nAll | 1") > 0
    page = """<table><tr><th>Plan<th>Price<tr><td>Lite<td>5<tr><th colspan=2>Until May<tr>
    <th>Plan<th>Price<tr><td>Lite<td>4</table>"""
    found = extract(".html", page.encode())
    assert [table.columns for table in found.tables] == ["Plan | Price", "Until May Plan | Price"]
    page = "<table><tr><th>Mo<td>9-17<tr><th>Tu<th>closed<tr><th>We<td>9-17<tr><th>Th<td>9</table>"
    assert [table.columns for table in extract(".html", page.encode()).tables] == [""]
    page = "<table><thead><tr><th>EU<th>US<tr><th colspan=2>net</thead><tr><td>1<td>2</table>"
    assert extract(".html", page.encode()).tables[0].columns == "EU net | US net"
    page = "<table><tr><th>Plan<th>Price<tr><th>Lite<th>9 EUR<tr><th>Plus<th>19 EUR</table>"
    assert extract(".html", page.encode()).tables[0].columns == "Plan | Price"


@pytest.mark.parametrize("struck", ["class=old-price", "style='text-decoration: line-through'"])
def test_a_cell_that_is_struck_out_keeps_its_place(struck: str) -> None:
    names = "<tr><th>Plan<th class=old-price>Old<th>New"
    rows = f"<tr><td>Plus<td {struck}>20<td>15<tr><td>Max<td {struck}><b>40</b><td>30"
    assert text(f"<table>{names}{rows}</table>") == (
        "Plan | Old | New\nPlus |  | 15\nMax |  | 30\n"
    )


def test_the_foot_of_a_table_is_read_last() -> None:
    page = """<table><thead><tr><th>Item<th>EUR</thead><tfoot><tr><td>Total<td>30</tfoot>
    <tbody><tr><td>Cable<td>10<tr><td>Plug<td>20</table>"""
    assert text(page) == "Item | EUR\nCable | 10\nPlug | 20\nTotal | 30\n"


def test_a_cell_can_span_the_rest_of_the_table() -> None:
    page = "<table><tr><th>Region<th>Way<tr><td rowspan=0>EU<td>Post<tr><td>Air</table>"
    assert "EU | Post\nEU | Air\n" in text(page)


def test_tables_of_other_elements_are_tables() -> None:
    row = "<div role=row><span role={0}>{1}</span><span role={0}>{2}</span></div>"
    page = f"""<div role=table>{row.format("columnheader", "Plan", "Price")}
    <div role=rowgroup>{row.format("cell", "Plus", "9 euros")}</div></div>"""
    found = extract(".html", page.encode())
    assert found.text == "Plan | Price\nPlus | 9 euros\n"
    assert found.tables[0].columns == "Plan | Price"


@pytest.mark.parametrize(
    ("head", "row", "cell", "sheet"),
    [
        ("class=divTable", "class=divTableRow", "class=divTableCell", ""),
        ("class=c-table", "class='c-table__row x'", "class=c-table__cell", ""),
        (
            "style='display: table'",
            "style='display:table-row'",
            "style='display:table-cell;x:y'",
            "",
        ),
        (
            "class=t",
            "class=r",
            "class=c",
            ".t{display:table}.r{display:table-row}.c{display:table-cell}",
        ),
    ],
)
def test_what_is_drawn_as_a_table_is_one(head: str, row: str, cell: str, sheet: str) -> None:
    rows = [("Plan", "Storage"), ("Basic", "5 GB"), ("Plus", "50 GB")]
    inner = "".join(
        f"<div {row}><div {cell}>{a}</div>\n<div {cell}>{b}</div></div>" for a, b in rows
    )
    page = f"<style>{sheet}</style><body><div {head}>{inner}</div>"
    found = extract(".html", page.encode())
    assert found.text == "Plan | Storage\nBasic | 5 GB\nPlus | 50 GB\n"
    assert found.tables[0].columns == "Plan | Storage"


def test_what_is_only_placed_like_a_table_is_none() -> None:
    cell = "<div style='display:table-cell'>"
    row = f"<div style='display:table-row'>{cell}One.</div>{cell}Two.</div></div>"
    assert text(f"<div style='display:table'>{row}</div>") == "One.\n\nTwo.\n"


def test_rows_of_a_grid_are_read_through_what_lays_them_out() -> None:
    page = """<div role=grid><div class=head><div role=row><div role=columnheader>Zone</div>
    <div role=columnheader>Stay</div></div></div><div class=scroller><div role=rowgroup>
    <div role=row><div class=pinned><div role=gridcell>Slate</div></div>
    <div role=gridcell>5 hours</div></div></div></div></div>"""
    assert text(page).split("\n")[:2] == ["Zone | Stay", "Slate | 5 hours"]


def test_code_beside_its_line_numbers_is_code() -> None:
    page = "<table><tr><td><pre>1\n2</pre><td><pre>if x:\n    run()</pre></table>"
    assert text(page) == "```\nif x:\n    run()\n```\n"


def test_a_table_that_only_places_things_is_no_table() -> None:
    assert text("<table><tr><td><p>One.</p><p>Two.</p></table>") == "One.\n\nTwo.\n"
    fares = "<table><tr><th>Route<th>Price<tr><td>Skerry<td>4.20</table>"
    for table in (
        f"<table><tr><td><a>Index</a><td><h1>Ferry</h1>{fares}</table>",
        f"<table><tr><td>Index<td><p>1<tr><td>x<td><h1>Ferry</h1>{fares}</table>",
    ):
        assert "# Ferry\n\nRoute | Price\nSkerry | 4.20\n" in text(table)
    assert "Fees | Customs 8.00" in text(
        "<table><tr><td>Fees<td><table><tr><td>Customs<td>8.00</table></table>"
    )


def test_the_title_is_that_of_the_page_where_it_has_no_heading() -> None:
    assert extract(".html", b"<title>Change  it</title><p>Text.").title == "Change it"
    assert extract(".html", b"<title>Site</title><h1>Change</h1>").title == "Change"
    assert extract(".html", b"<title>Change</title><p>a</p><h2>Before</h2>").title == "Change"
    named = b"<meta property='og:title' content='Change'><p>Text.</p>"
    assert extract(".html", named).title == "Change"


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
def test_a_page_is_read_in_the_encoding_it_names(charset: str) -> None:
    page = f"<meta charset='{charset}'><p>Größe: 5 m</p>".encode(charset)
    assert extract(".html", page).text == "Größe: 5 m\n"


@pytest.mark.parametrize(
    ("markup", "want"),
    [
        ("<ol style='list-style-type: lower-roman'><li>x<li>y</ol>", "i. x\nii. y"),
        ("10<sup>-3</sup> bar", "10^-3 bar"),
        ("3<sup>1</sup>/<sub>2</sub>", "3 1/2"),
        ("$19<sup>90</sup>, 49<sup>99</sup> EUR, $10<sup>1</sup>", "$19.90, 49.99 EUR, $10 [1]"),
        ("<h2>Care<a class=headerlink href='#c'>¶</a></h2>", "## Care"),
        ("<h2>Care <a href='p.html#c'><b>🔗</b></a></h2>6<a href='#n'>*</a>", "## Care\n\n6*"),
        ("<h2><a href='#c'>C</a></h2>", "## C"),
        ("<h2><a href='#c'><img src=c.png alt=Payments></a></h2>", "## Payments"),
        ("<h2>Care<span class=mw-editsection>[edit]</span></h2>", "## Care"),
        ("<p>Yes</p><dialog><p>no</p></dialog><div role=tabpanel hidden>On Windows</div>",
         "Yes\n\nOn Windows"),
        ("<a href='https://www.google.com/url?q=https://a.example/f&amp;sa=D'>form</a>",
         "form (https://a.example/f)"),
        ("<a href='https://e.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example'>x</a>",
         "x (https://a.example)"),
        ("<p>A photo.<sup><a href='#cmnt1' id='cmnt_ref1'>[a]</a></sup></p>"
         "<div><p><a href='#cmnt_ref1' id='cmnt1'>[a]</a>Still true?</p></div>", "A photo."),
        ("<body class='c1 doc-content'><p class='c2 title'>Refunds</p>", "# Refunds"),
        ("<p class=MsoTitle>Refunds</p>", "# Refunds"),
        ("<p class=title>No Fridays</p>", "No Fridays"),
        ("<ol><li id=fn>18 seconds.<a class=footnote-backref href='#r'>↩</a></ol>",
         "1. 18 seconds."),
        ("<table role=presentation><tr><td><p>Land</p><td><p>Hold</p><tr><td>Chile<td>96</table>",
         "Land | Hold\nChile | 96"),
        ("<table><tr><td>Part<td>No.<tr><td colspan=2>Bowls<tr><td>Steel<td>5</table>",
         "Part | No.\nBowls |\nSteel | 5"),
    ],
)  # fmt: skip
def test_pages_of_editors_and_generators(markup: str, want: str) -> None:
    assert text(markup).strip() == want


@pytest.mark.parametrize(
    ("cell", "want"),
    [
        ("<i class='fa fa-check' role=img aria-label='Included'></i>", "Included"),
        ("<span class='icon icon-check' title='Yes, SAML only'></span>", "Yes, SAML only"),
        ("<svg role=img aria-label=Weekly><path d='M0 0'/></svg>", "Weekly"),
        ("<svg><title>Hourly</title><path d='M0'/></svg>", "Hourly"),
        ("<svg class=i><use xlink:href='#icon-check'></use></svg>", "✓"),
        ("<i class='bi bi-x-lg' aria-hidden=true></i>", "✗"),
        ("<img src='/img/green-tick.png' alt=''>", "✓"),
        ("<img src='/img/no-image.png' alt=''>", ""),
        ("<input type=checkbox checked disabled>", "☑"),
        ("<div class='checkbox checkbox-off'></div>", "☐"),
        ("<span style='font-family:Wingdings'>ü</span>", "✓"),
        ("<font face=Wingdings>û</font>", "✗"),
        ("<i class='fa fa-times'></i><span>No phone help</span>", "No phone help"),
        ("<button title=Copy><svg/></button>", ""),
        ("<i class='material-icons md-18'>check</i>", "✓"),
        ("<span class=material-symbols-outlined>close</span>", "✗"),
        ("<svg data-testid=CloseIcon><path/></svg>", "✗"),
        ("<iconify-icon icon='mdi:check'></iconify-icon>", "✓"),
        ("<i data-testid=check-in-date></i>", ""),
        ("<i class='fa fa-check' style='display:none'></i>", ""),
    ],
)
def test_a_cell_without_words_says_what_its_icon_does(cell: str, want: str) -> None:
    table = f"<table><tr><th>Feature<th>Lite<tr><td>Audit log<td>{cell}</table>"
    assert text(table) == f"Feature | Lite\nAudit log | {want}".rstrip() + "\n"


def test_an_empty_cell_says_what_its_class_does() -> None:
    row = "<td>SSO<td class='cell-yes'><td class='text-center no'><td class=no-data><td class=no>5"
    page = f"<table><tr><th>Way<th>A<th>B<th>C<th>D<tr>{row}</table>"
    assert text(page) == "Way | A | B | C | D\nSSO | ✓ | ✗ |  | 5\n"


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ("<tr><td rowspan=2>Shift<td colspan=2>Allowance<tr><td>Weekday<td>Weekend",
         "Shift | Allowance Weekday | Allowance Weekend"),
        ("<tr><td><td colspan=2>Allowance<tr><td>Shift<td>Weekday<td>Weekend",
         "Shift | Allowance Weekday | Allowance Weekend"),
        ("<tr><th rowspan=2>Shift<th colspan=2>Hours<tr><td>2025<td>2026",
         "Shift | Hours 2025 | Hours 2026"),
        ("<tr><td colspan=3>Allowances<tr><td>Shift<td>Weekday<td>Weekend",
         "Allowances Shift | Weekday | Weekend"),
        ("<tr><th>Owner<td>Mira Holt<tr><th>Reader<td>all", ""),
        ("<tr><td>Shift<td>Weekday<td>Weekend", "Shift | Weekday | Weekend"),
    ],
)  # fmt: skip
def test_names_of_columns_in_two_rows(rows: str, columns: str) -> None:
    below = "" if "Owner" in rows else "<tr><td>Late<td>8 %<td>17 %<tr><td>Night<td>23 %<td>38 %"
    table = f"<table>{rows}{below}</table>"
    assert extract(".html", table.encode()).tables[0].columns == columns


@pytest.mark.parametrize(
    "markup",
    [
        "<div class=tabbed-set><div class=tabbed-labels><label>Sandbox</label><label>Live</label>"
        "</div><div class=tabbed-content><div class=tabbed-block><p>120 calls.</p></div>"
        "<div class=tabbed-block><p>4,500 calls.</p></div></div></div>",
        "<div role=tablist><button role=tab aria-controls=a>Sandbox</button><button role=tab id=t>"
        "Live</button></div><div id=a role=tabpanel>120 calls.</div>"
        "<div role=tabpanel aria-labelledby=t hidden>4,500 calls.</div>",
        "<div><ul role=tablist><li role=tab>Sandbox<li role=tab>Live</ul><div>"
        "<div role=tabpanel>120 calls.</div><div role=tabpanel hidden>4,500 calls.</div></div>",
        "<ul class='nav nav-tabs'><li><a data-toggle=tab href='#a'>Sandbox</a><li>"
        "<a data-toggle=tab href='#b'>Live</a></ul><div id=a>120 calls.</div>"
        "<div id=b>4,500 calls.</div>",
    ],
)
def test_the_label_of_a_tab_stands_beside_its_panel(markup: str) -> None:
    assert text(markup) == "Sandbox: 120 calls.\n\nLive: 4,500 calls.\n"


def test_the_label_of_a_tab_without_a_script_stands_beside_its_panel() -> None:
    box = "<input type=radio name=s><label class=tab-label>{0}</label><div><p>Needs {1}.</p></div>"
    page = f"<div>{box.format('Docker', '6 GB')}{box.format('Systemd', '3 GB')}</div>"
    assert text(page) == "Docker: Needs 6 GB.\n\nSystemd: Needs 3 GB.\n"


@pytest.mark.parametrize(
    "markup",
    [
        "<div class=code-group><div class=tabs><input type=radio><label>Sandbox</label>"
        "<input type=radio><label>Live</label></div><div class=blocks><div><p>1</div><div><p>2",
        "<div class='u tablist'><ul><li class=tab><p>Sandbox</p><li class=tab><p>Live</ul></div>"
        "<div class=tabpanel><p>1</p></div><div class=tabpanel><p>2</p></div>",
        "<div class=tabs><a>Sandbox</a><a>Live</a></div><div class=tab-pane>1</div>"
        "<div class=tab-pane style='display:none'>2</div>",
    ],
)
def test_the_label_of_a_tab_is_that_of_the_block_in_its_place(markup: str) -> None:
    assert text(markup) == "Sandbox: 1\n\nLive: 2\n"


def test_rows_of_labels_without_blocks_stay() -> None:
    code = "<div class=CodeTabs-bar><button>Sh</button><button>Py</button></div><div class=inner>"
    assert (
        text(f"{code}<pre>1</pre><pre>2</pre></div>")
        == "Sh:\n\n```\n1\n```\n\nPy:\n\n```\n2\n```\n"
    )
    views = "<ul class=tabs><li><a href='/1'>View</a><li><a href='/1/edit'>Edit</a></ul>"
    shown = "- View\n- Edit\n\n1\n\n2\n"
    assert text(f"{views}<div class=content><p>1</p><p>2</p></div>") == shown
    assert text("<ul class=tabs><li>A<li>B</ul><p>1</p><p>2") == "- A\n- B\n\n1\n\n2\n"
    two = "<div>A</div><div>B</div></div>"
    assert text(f"<div class=tab-content>{two}<div class=content>{two}") == "A\n\nB\n\nA\n\nB\n"


def test_the_label_of_an_only_tab_is_kept() -> None:
    row = "<div role=tablist><a role=tab aria-controls='{}'>Live</a></div>"
    for panel in ("<div role=tabpanel id=a>9 EUR</div>", "<div role=tab id=a>9 EUR</div>"):
        assert text(row.format("a") + panel) == "Live: 9 EUR\n"
    assert text(row.format("") + "<div role=tabpanel>9 EUR</div>") == "Live: 9 EUR\n"
    assert text("<div role=tablist><a role=tab id=a href='#a'>Live</a></div>") == "Live\n"


@pytest.mark.parametrize(
    "markup",
    [
        "<p><a role=tab aria-controls=p{0}>T{0}</a></p><div role=tabpanel id=p{0}>x</div>",
        "<p><a role=tab aria-controls=q{0} id=t{0}>T{0}</a></p><div role=tabpanel>x</div>",
        "<p><a role=tab href='#p0'>T{0}</a></p><div id=p{0}>x</div>",
        "<div role=tablist><a role=tab>T{0}</a></div>",
        "<div class=tabbed-labels><label>T{0}</label></div><div class=tabbed-block>x</div>",
    ],
)
def test_many_tabs_are_labelled_in_no_time(markup: str) -> None:
    page = "".join(markup.format(number) for number in range(4_000))
    begun = time.process_time()
    assert "T3999" in text(f"<body>{page}</body>")
    assert time.process_time() - begun < 10


def test_labels_of_tabs_that_stand_over_their_panels_stay() -> None:
    assert text(
        "<div role=tablist><b role=tab aria-controls=a>Monthly</b></div><div>"
        "<div role=tab>Monthly</div><div id=a role=tabpanel><p>34 EUR</p></div></div>"
    ) == "Monthly\n\n34 EUR\n"  # fmt: skip
    assert text(
        "<div role=tab id=h><h4><a href='#a'>Pause?</a></h4></div>"
        "<div id=a role=tabpanel aria-labelledby=h>Yes.</div>"
    ) == "#### Pause?\n\nYes.\n"  # fmt: skip
    assert text("<ul role=tablist><li role=tab>One<li role=tab>Two</ul><p>x") == (
        "- One\n- Two\n\nx\n"
    )


@pytest.mark.parametrize("end", ["/*# sourceMappingURL=" + "a" * 60_000, "@media " * 9_000])
def test_a_style_sheet_that_ends_without_a_brace_takes_no_square_of_its_length(end: str) -> None:
    page = f"<style>.x{{display:none}}{end}</style><p>Open at 9.</p><p class=x>Or not.</p>"
    begun = time.process_time()
    assert extract(".html", page.encode()).text.strip() == "Open at 9."
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "page",
    [
        "".join(f"<font size=2>Line {i}<br>" for i in range(600)),
        "".join(f"<ul><li>Line {i}" for i in range(600)),
        "".join(f"<div>Line {i}" for i in range(600)),
        "".join(f"<table><tr><td>Line {i}" for i in range(600)),
        "".join(f"<details><summary>Line {i}</summary>" for i in range(600)),
    ],
)
def test_a_page_that_closes_nothing_is_read_to_its_end(page: str) -> None:
    found = text(f"{page}<b>in</b> its <i>midst</i> words").replace("|", " ").split()
    assert [word for word in found if word.isdigit()] == [str(i) for i in range(600)]
    assert found[-4:] == ["in", "its", "midst", "words"]


def test_bullets_of_word_are_bullets() -> None:
    gap = "<span style='font:7.0pt \"Times New Roman\"'>&nbsp; </span>"
    courier = "<span style='font-family:\"Courier New\"'>o"
    page = (
        "<p class=MsoListParagraph><span style='font-family:Wingdings;x:y'>"
        f"<span style='mso-list:Ignore'>§{gap}</span></span>Passport</p>"
        f"<p class=MsoListParagraphCxSpLast>{courier}{gap}</span>Photo</p>"
        f"<p>{courier}</span> is a letter</p>"
    )
    assert text(page) == "▪ Passport\n\n◦ Photo\n\no is a letter\n"


def test_the_number_of_a_step_stands_before_its_words() -> None:
    step = "<div class=step><div class={}>{}</div><div class=body>{}</div></div>"
    page = (
        step.format("step__num", "1", "<h3>Unplug it</h3><p>Pull.</p>")
        + step.format("circle", "2.", "Wait")
        + step.format("page", "3", "Go")
    )
    assert text(page) == "### 1 Unplug it\n\nPull.\n\n2. Wait\n\n3\n\nGo\n"


def test_lists_of_quill_are_of_their_kind_and_in_each_other() -> None:
    page = (
        "<ol><li>Open<li class=ql-indent-1>Menu<li class=ql-indent-1>Page<li class=ql-indent-2>Top"
        "<li>Save</ol><p>Or"
        "<ol><li data-list=bullet>Dot<li class=ql-indent-3 data-list=bullet>In</ol>"
        "<p>And<ol><li data-list=checked>Done<li data-list=unchecked>Open</ol>"
    )
    assert text(page) == (
        "1. Open\n  a. Menu\n  b. Page\n    i. Top\n2. Save\n\nOr\n\n- Dot\n  - In\n\nAnd\n\n"
        "- ☑ Done\n- ☐ Open\n"
    )


def test_a_box_stands_apart_from_its_words() -> None:
    box = "<ul><li><label><input type=checkbox disabled checked><span>Call</span></label></ul>"
    assert text(box) == "- ☑ Call\n"


@pytest.mark.parametrize(
    "pair",
    [
        "<div class=spec-label>Weight</div><div class=spec-value>1.2 kg</div>",
        "<span class=attributeLabel>Weight:</span> <span class=attributeValue><b>1.2</b> kg</span>",
        "<strong class=key>Weight</strong><span class=val>1.2 kg</span>",
    ],
)
def test_a_name_and_its_value_stand_in_one_line(pair: str) -> None:
    assert text(f"<div>{pair}</div>") == "Weight: 1.2 kg\n"
    assert text(f"<ul><li>{pair}</ul>") == "- Weight: 1.2 kg\n"
    assert text(f"<table><tr><td>{pair}<td>x</table>") == "Weight: 1.2 kg | x\n"


@pytest.mark.parametrize(
    "markup",
    [
        "<div class=value>24</div><div class=label>24 lands</div>",
        "<div class=label>Can I pause?</div><div class=value>Yes.</div>",
        "<div class=label>Left</div><div class=value><p>One.</p></div>",
        "<div class=label>A</div><div class=value>B</div><div class=value>C</div>",
    ],
)
def test_what_is_no_name_and_value_is_joined_by_no_colon(markup: str) -> None:
    assert ":" not in text(f"<div>{markup}</div>")


def test_pictures_without_words_are_read_by_their_labels() -> None:
    page = (
        "<p>Rated <span role=img aria-label='4.5 of 5 stars'><i></i></span>by 20. Click "
        "<svg role=img aria-label='the gear'><path/></svg>now. <a href=/x>Limits"
        "<svg role=img aria-label='new tab'></svg></a></p>"
        "<ul><li><svg role=img aria-label=Included></svg>5 users</ul>"
    )
    assert text(page) == (
        "Rated 4.5 of 5 stars by 20. Click the gear now. Limits\n\n- Included 5 users\n"
    )


def test_a_tooltip_stands_apart() -> None:
    page = (
        "<style>.tooltiptext{visibility:hidden} .t:hover .tooltiptext{visibility:visible}</style>"
    )
    page += "<p>Your <span class=t>RMA<span class=tooltiptext>Return form</span></span>."
    assert text(page) == "Your RMA Return form.\n"


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Note</p>{0}{0}",
        "Note{0}{0}",
        "{0}between{0}",
        "{0}{0}<p>Note</p>",
        "<div class=table-row><div class=table-cell>A</div>x<div class=table-cell>B</div></div>{0}",
    ],
)
def test_what_stands_beside_rows_is_not_lost(markup: str) -> None:
    cell = "<div class=table-cell>{}</div>"
    row = f"<div class=table-row>{cell.format('Plan')}{cell.format('Price')}</div>"
    page = f"<div class=table>{markup.format(row)}</div>"
    plain = page.replace("table", "box")
    assert text(page) == text(plain)


def test_texts_placed_beside_each_other_keep_their_headings() -> None:
    cell = "<div class=table-cell><h2>Lite</h2><p>For one.</p></div>"
    row = f"<div class=table-row>{cell}{cell}</div>"
    assert "## Lite\n\nFor one." in text(f"<div class=table>{row}{row}</div>")


def test_numbers_of_steps_are_joined_only_to_the_words_that_they_count() -> None:
    step = "<div><div class=step-num><span>{}</span></div><div><p>{}</p></div></div>"
    page = step.format(1, "Unplug it.") + step.format(2, "Wait.") + step.format(3, "Plug in.")
    assert text(page) == "1 Unplug it.\n\n2 Wait.\n\n3 Plug in.\n"
    for behind in (
        "<div><script>go()</script><p>Go</p></div>",
        "<div><b></b>Go<p>on</p></div>",
        "<div><!-- x --><p>Go</p></div>",
    ):
        page = f"<div class=step-num>1</div>{behind}"
        assert text(page).split()[0] == "1"
    votes = "<div class=vote-count>5</div><h3>Reset it</h3><p>x"
    assert text(votes) == "5\n\n### Reset it\n\nx\n"


def test_a_badge_takes_no_blank_before_a_full_stop() -> None:
    page = "<p>Press <span class=btn>Save</span>, <i>the</i><span class=badge>New</span>one."
    assert text(page) == "Press Save, the New one.\n"


def test_an_empty_cell_of_a_column_of_numbers_says_nothing() -> None:
    page = (
        "<table><tr><th class=no>No.<th>Task<tr><td class=no>1<td>A<tr><td class=no><td>B</table>"
    )
    assert text(page) == "No. | Task\n1 | A\n | B\n"
