"""Markdown keeps its offsets; what its readers do not see is blank."""

import json
import time
from pathlib import Path

import pytest

from chatbot.knowledge.chunks import split_document
from tests.support.documents import load


def shown(path: Path, text: str) -> str:
    document = load(path, text)
    assert len(document.text) == len(text)
    return " ".join(document.text[document.body :].split())


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("In 14 days.<!--\nup to 90\n--> Yes.", "In 14 days. Yes."),
        ("[//]: # (internal)\nYes.", "Yes."),
        ("[[_TOC_]]\n\n> [!warning]- Night\n> 9 hours. {: .lead }", "> warning Night > 9 hours."),
        ("See [[Pay rules|the pay]], [[Free]] and ![[plan.png]].", "See the pay , Free and ."),
        ("In [[ -f x ]] {{/* to 99 */}}{{- /* b */ -}}Yes.", "In [[ -f x ]] Yes."),
        ("# Limits {#limits .big}\n\nYes {x}.", "# Limits Yes {x}."),
        ("It costs ~~$129~~ $99.", "It costs $99."),
        ("{--9--}{++12++} EUR{>>ok?<<}, {~~old~>new~~} {==now==}, {C++}.",
         "12 EUR , new now , {C++}."),
        ('<table><tr><th>Plan</th><th data-hidden>To</th></tr><tr><td>Pro</td><td>x.md</td></tr>'
         '</table>', "Plan Pro"),
        ("> **It** is\n> so.\n>\n> - a\n>   b\n> 1. c", "> **It** is so. > > - a b > 1. c"),
        ("<a href='https://a.b/c'>at</a> <a href='https://d.e'>d.e</a>", "https://a.b/c at d.e"),
        ('{% embed url="https://v.example/9" %}', "https://v.example/9"),
        ("Use <bucket> at <https://a.b>.<br>Yes.", "Use <bucket> at <https://a.b>. Yes."),
        ("10<sup>1</sup> <del>a</del> <b>b</b>", "10 [1] b"),
        ("CO<sub>2</sub>, 5 m<sup>2</sup> or **10**<sup>6</sup>, $19<sup>99</sup>",
         "CO2, 5 m2 or **10**^6, $19.99"),
        ("3<small>49</small> € <small>net</small>", "3.49 € net"),
        ("| SSO | :material-check:{ .y } | :x: |\n\n:white_check_mark: a:x:b :tada: `:x:` 9:30:00",
         "| SSO | ✓ | ✗ | ✓ a:x:b :tada: `:x:` 9:30:00"),
        ("![Plan](a.png){ width=\"3\" } [Buy](/b 'x (y)'){.md-button} f(x){ y=1 }",
         "![Plan](a.png) [Buy](/b 'x (y)') f(x){ y=1 }"),
        ("<div hidden>no</div>{{< note >}}yes{{< /note >}}", "yes"),
        ("```\n<!-- kept --> ~~kept~~ <b>\n```", "``` <!-- kept --> ~~kept~~ <b> ```"),
        ("Use `<b>`, ``<!-- `x -->`` and `~~a~~ &amp;`.",
         "Use `<b>`, ``<!-- `x -->`` and `~~a~~ &amp;`."),
        ("a <!-- `b --> c ` d", "a c ` d"),
        ("R&uuml;ckgabe: &euro;5 or \\$6, 5 \\* 3, AT&amp;T.", "Rückgabe: €5 or $6, 5 * 3, AT&T."),
        ("Yes. %% for us %% {# note #} {{!-- no --}}\n%%\nno\n%%", "Yes."),
        ("--8<-- 'a.md'\n{!a.md!}\n{{#include a.md}}\n<!--@include: ./a.md-->\nYes.", "Yes."),
        ("{% tab title=\"Linux\" %}\nYes.\n{% endtab %}", "Linux Yes."),
        ("{% include note.html content=\"Bring the *box*.\" %}\n{% include a.html src=\"b.png\" %}"
         "Yes.",
         "Bring the *box*. Yes."),
        ("Sign sheet 4. ^sheet-4\n\nx ^2", "Sign sheet 4. x ^2"),
        ("{{< tab \"Debian\" >}}\nYes.{{< ref \"x.md\" >}}", "Debian Yes."),
        (":::tip[Faster]\nSplit.\n:::\n::: details More words\nYes.\n:::",
         "Faster Split. More words Yes."),
        (":::warning\nHot.\n:::\n::::{tab-item} Mac\nGo.\n::::\n:::columns\na::: b",
         "warning Hot. Mac Go. a::: b"),
        ("::: {.callout-note title=\"Take care\"}\nHold it.\n:::\n::: {.callout-tip}\nDry.\n:::\n"
         ":::: {.columns}\n::::", "Take care Hold it. tip Dry."),
        (":::tip{title=\"New\"}\nYes.\n:::", "New Yes."),
        (":::zone pivot=\"cli\"\nOpen :::image source=\"a.png\" alt-text=\"the gear\":::, ask "
         ":::no-loc text=\"Copilot\":::.\n:::zone-end\n[!INCLUDE [a](b.md)]\n> [!div class=\"x\"]\n"
         ":::row:::\n:::column span=\"2\":::\nLeft\n:::column-end:::",
         "Open the gear , ask Copilot . > Left"),
        ("::callout{icon=\"i\" title=\"Heads up\"}\nWords.\n::\n::warning\nHot.\n::",
         "Heads up Words. warning Hot."),
        ("::page{x=1}\n---\ncolor: red\ntitle: 'A page'\n---\n#title\nWords.\n```\n::a\n```\n::",
         "A page Words. ``` ::a ```"),
        ("### 5.2 { id=\"5.2\" }\n\n## Due { #due data-toc-label=\"Due day\" }\n\nSet {x=1}",
         "### 5.2 ## Due Set {x=1}"),
        ("Term\n:   !!! tip\n\n    Yes.", "Term : tip Yes."),
        ("Write\n::before\nand ::1, std::vector", "Write ::before and ::1, std::vector"),
        ("{- old -}{+ new +} [- gone -][+ put +] `{{- item -}}` x[-1]",
         "new put `{{- item -}}` x[-1]"),
        ("Say `++ctrl++` or `{- a -}`, {-# X #-} {+ b +}",
         "Say `++ctrl++` or `{- a -}`, {-# X #-} b"),
        (":::tip Set a = 1\nYes.\n:::\n::: details Click {x} = y\nNo.\n:::",
         "Set a = 1 Yes. Click {x} = y No."),
        ("```\n::a\n```\n::\n\n#now\n::before\n```\n::\n```",
         "``` ::a ``` :: #now ::before ``` :: ```"),
        ("- !!! never\n- ??? who\n\nUse {id=5}", "- !!! never - ??? who Use {id=5}"),
        ("Press ++ctrl+alt+del++, C++ and D++, i++", "Press ctrl+alt+del, C++ and D++, i++"),
        ("It is ==only once== 2 == 2, a==b==c.", "It is only once 2 == 2, a==b==c."),
        ("!!! warning \"Hot\"\n    Wait.\n\n=== \"Mac\"\n    Go.", 'warning "Hot" Wait. "Mac" Go.'),
        ("import A from '@x/a';\n\n<A b=\"1\">\nYes.\n</A>\n<Your name>", "Yes. <Your name>"),
    ],
)  # fmt: skip
def test_markdown_as_its_readers_see_it(tmp_path: Path, text: str, want: str) -> None:
    assert shown(tmp_path / "a.md", text) == want


def test_components_of_mdx(tmp_path: Path) -> None:
    text = "import T from 't'\n\n# Pay\n\n<T a={1}>\n<Item label=\"macOS\">\nYes.\n</Item>\n</T>\n"
    assert shown(tmp_path / "a.mdx", text) == "# Pay macOS Yes."


@pytest.mark.parametrize(
    ("tag", "want"),
    [
        ('<Card title="Hooks" icon="bell" href="/x" description="Called in 8 seconds." />',
         "Hooks: Called in 8 seconds."),
        ("<Accordion title={'Can I pause?'} description={`For 3 months`}>Yes.</Accordion>",
         "Can I pause? For 3 months Yes."),
        ('<ParamField query="limit" type="integer" default="20">Rows.</ParamField>',
         "limit: 20 Rows."),
        ('<Tooltip tip="At most 40 GB">disk</Tooltip>', "At most 40 GB disk"),
        ('<Frame caption="The gear"><img src="/a.png" /></Frame>', "The gear"),
        ('<TabItem value="win">Run a.</TabItem>', "win Run a."),
        ('<TabItem value="win" label="Windows">Run a.</TabItem>', "Windows Run a."),
        ("<Tabs items={['npm', 'Windows']}>\n  <Tab>\n  Run a.\n  </Tab>\n  <Tab>\n  Run b.\n"
         "  </Tab>\n</Tabs>", "npm: Run a. Windows Run b."),
        ('<Snippet path="a/b.mdx" content="./c.html" data-text="no" />Yes.', "Yes."),
    ],
)  # fmt: skip
def test_attributes_of_components_that_hold_words_are_read(
    tmp_path: Path, tag: str, want: str
) -> None:
    assert shown(tmp_path / "a.mdx", tag) == want


def test_code_in_tags_is_no_text(tmp_path: Path) -> None:
    text = (
        "<button onClick={() => go('x > y')}>Save</button> <T a={{b: 1}} c={(e) => { if (e > 2) "
        '{ go(1) } }}>Text</T> <a href="{{ url }}/x" class="{% if a %}b{% endif %}">Link</a>'
    )
    assert shown(tmp_path / "a.mdx", text) == "Save Text Link"


def test_icons_and_addresses_of_components_are_read(tmp_path: Path) -> None:
    text = "| SSO | <Icon icon='check' /> | <XMarkIcon/> | <Check>All</Check> |"
    assert shown(tmp_path / "a.mdx", text) == "| SSO | ✓ | ✗ | All |"
    text = "<Card href='https://a.example/b' title='T'/>"
    assert shown(tmp_path / "a.mdx", text) == "https://a.example/b T"
    text = "<Button href='https://a.example/b'>Buy</Button> <Card href=\"https://a.example/c\">C</Card>"
    assert shown(tmp_path / "a.mdx", text) == "https://a.example/b Buy https://a.example/c C"
    text = (
        '{{< button href="https://a.example/x" >}}Get{{< /button >}} <Card href="/b.html">D</Card>'
    )
    assert shown(tmp_path / "a.md", text) == "https://a.example/x Get D"


def test_blocks_of_readme_are_what_they_show(tmp_path: Path) -> None:
    def block(kind: str, told: object) -> str:
        return f"[block:{kind}]\n{json.dumps(told, indent=2)}\n[/block]\n"

    cells = {"h-0": "Code", "h-1": "Meaning", "0-0": "429", "0-1": "Too\nmany", "1-0": "500"}
    text = "---\nexcerpt: ''\n---\n" + "\n".join(
        [
            block("callout", {"type": "warning", "title": "Keys", "body": "They **end**."}),
            block("api-header", {"title": "Errors"}),
            block("parameters", {"data": cells, "cols": 2, "rows": 2}),
            block("code", {"codes": [{"code": "curl x", "language": "curl"}]}),
            "[block:other]\nno JSON\n[/block]",
        ]
    )
    document = load(tmp_path / "a.md", text)
    assert len(document.text) == len(text)
    assert [place.text for place in document.headings] == ["Errors"]
    assert [table.columns for table in document.tables] == ["Code | Meaning"]
    assert " ".join(document.text[document.body :].split()) == (
        "Keys They **end**. ## Errors |Code|Meaning| |-|-| |429|Too many| |500|| ``` curl x ``` "
        "[block:other] no JSON [/block]"
    )


def test_versions_and_defaults_of_myst_are_text(tmp_path: Path) -> None:
    text = """```{confval} timeout
:type: int
:noindex:
:default: 30
Seconds.
```
:::{versionadded} 2.4
:::
"""
    assert shown(tmp_path / "a.md", text) == (
        "timeout :type: int :default: 30 Seconds. versionadded 2.4"
    )


def test_directives_of_myst_are_text(tmp_path: Path) -> None:
    text = """````{tab-set}
```{tab-item} Docker
:sync: d
Needs **6 GB**.
```
````
:::{dropdown} Which ports?
:open:
7443.
:::
```{warning}
Hot.
```
```{toctree}
:maxdepth: 2
install
```
```{code-block} sh
run <b>
```
```{figure} img/a.png
The gear.
```
"""
    want = "Docker Needs **6 GB**. Which ports? 7443. warning Hot. ```{code-block} sh run <b> ```"
    assert shown(tmp_path / "a.md", text) == f"{want} The gear."


def test_modules_of_mdx_go_over_lines(tmp_path: Path) -> None:
    text = "import {\n  A,\n} from 'a'\nexport const m = {\n  t: 'x',\n}\n\nYes."
    assert shown(tmp_path / "a.mdx", text) == "Yes."
    assert shown(tmp_path / "a.md", "export to CSV.\n\nYes.") == "export to CSV. Yes."


def test_headings_of_all_kinds(tmp_path: Path) -> None:
    text = "Top\n===\n\n## Pay *now* {#pay}\n\nSub\n---\n\n- item\n---\n\n```\n# no\n```\n"
    text += "\n<h3 align=center><a id=x></a>HTML\n<b>head</b></h3>\n"
    document = load(tmp_path / "a.md", text)
    headings = [(h.level, h.text) for h in document.headings]
    assert headings == [(1, "Top"), (2, "Pay now"), (2, "Sub"), (3, "HTML head")]
    assert document.text[document.headings[-1].start :].startswith("HTML")


def test_rows_of_markdown_know_the_label_of_their_group(tmp_path: Path) -> None:
    rows = "".join(f"| {'' if i else '**East**'} | Depot {i} | {i} |\n" for i in range(60))
    head = "| Region | Depot | Pallets |\n|---|---|---|\n| **West** | Brest | 310 |\n"
    (tmp_path / "a.md").write_text(head + rows)
    assert split_document(load(tmp_path / "a.md"), 400)[-1].columns.startswith("East: Region |")


def test_html_tables_in_markdown_are_rows(tmp_path: Path) -> None:
    row = "<tr>\n<td>{}</td>\n<td>{}</td>\n</tr>\n"
    text = (
        "# T\n\n<table>\n" + row.format("Carrier", "Days") + row.format("GLS", "5") + "</table>\n"
    )
    document = load(tmp_path / "a.md", text)
    lines = [" ".join(line.split()) for line in document.text.split("\n") if line.strip()]
    assert lines == ["# T", "Carrier | Days", "GLS | 5"]
    assert document.tables[0].columns == "Carrier | Days"


def test_spanned_cells_in_markdown_are_filled_in(tmp_path: Path) -> None:
    text = """Before.
<table><thead><tr><th rowspan=2>Region</th><th colspan=2>Price &amp; days</th></tr>
<tr><th>Post</th><th>Air</th></tr></thead>
<tr><td rowspan="2">United Kingdom</td><td>5<br>or 6</td><td></td></tr><tr>
<td>7</td><td>8</td></tr></table>
After.
"""
    document = load(tmp_path / "a.md", text)
    assert len(document.text) == len(text)
    lines = [line.strip() for line in document.text.split("\n") if line.strip()]
    assert lines == [
        "Before.",
        "Region | Price & days | Price & days",
        "Region | Post | Air",
        "United Kingdom | 5 or 6 |",
        "United Kingdom | 7 | 8",
        "After.",
    ]
    assert document.tables[0].columns == "Region | Price & days Post | Price & days Air"
    assert [document.text[at : at + 6] for at in document.tables[0].at] == ["United"] * 2


def test_marks_that_nothing_closes_take_no_time(tmp_path: Path) -> None:
    for part in (
        "<table><tr><td>a",
        "{/* ",
        "{{< a ",
        "<p hidden>",
        "`a``",
        "{# ",
        "<del>",
        "<h1>x",
        "{{/* */ ",
        " " * 10,
    ):
        started = time.process_time()
        load(tmp_path / "a.mdx", "Text " + part * 20_000)
        assert time.process_time() - started < 3, part


def test_a_byte_order_mark_hides_no_heading(tmp_path: Path) -> None:
    document = load(tmp_path / "a.md", "\ufeff---\ntitle: Pay\n---\n# Now\n\nText.\n")
    assert document.title == "Pay"
    assert [h.text for h in document.headings] == ["Now"]


def test_comments_in_code_are_no_headings(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Top\n\n```\n# comment\n```\n\nWords.\n" + "More. " * 200)
    chunks = split_document(load(tmp_path / "a.md"), 400)
    assert {chunk.heading for chunk in chunks} == {""}


def test_a_logo_is_no_part_of_a_title(tmp_path: Path) -> None:
    page = "<h1 align=center><img src=a.png alt='Our logo'><br>Siskin</h1>\n\nYes.\n"
    assert load(tmp_path / "a.md", page).title == "Siskin"


def test_the_description_in_toml_is_searched(tmp_path: Path) -> None:
    page = '+++\ntitle = "Plans"\ndescription = "What a berth costs"\n+++\nAsk us.\n'
    assert shown(tmp_path / "a.md", page) == "What a berth costs Ask us."


def test_an_escaped_sign_makes_no_heading(tmp_path: Path) -> None:
    found = load(tmp_path / "a.md", "\\# 5 is the spindle\n\nSpindles\n===\n\nYes.\n")
    assert [place.text for place in found.headings] == ["Spindles"]


def test_a_table_with_an_empty_corner_has_columns(tmp_path: Path) -> None:
    rows = "| Price \\| month | low | high |\n| Support | E-mail | Phone |\n" * 30
    text = f"| | Basic \\| old | **Pro** |\n|---|---|---|\n{rows}"
    (table,) = load(tmp_path / "a.md", text).tables
    assert table.columns == " | Basic \\| old | Pro"
    assert {c.columns for c in split_document(load(tmp_path / "a.md"), 300)[1:]} == {table.columns}
