"""The storage format of Confluence: macros, tasks, signs."""

import pytest

from chatbot.knowledge.formats import extract


def text(markup: str) -> str:
    return extract(".html", markup.encode()).text


def test_confluence_macros_are_read() -> None:
    page = """<h1>Logs</h1><ac:structured-macro ac:name="code"><ac:parameter ac:name="language">sh
    </ac:parameter><ac:plain-text-body><![CDATA[run <it>]]></ac:plain-text-body>
    </ac:structured-macro><p>See <ac:link><ri:page ri:content-title="Restart"/></ac:link>, then
    wait.</p><ac:structured-macro ac:name="status"><ac:parameter ac:name="title">DONE
    </ac:parameter></ac:structured-macro>"""
    found = text(page)
    assert "```\nrun <it>\n```" in found
    assert "See Restart, then wait." in found
    assert found.endswith("DONE\n")


def test_macros_have_titles_and_stand_in_lines() -> None:
    macro = "<ac:structured-macro ac:name='{}'><ac:parameter ac:name='{}'>{}</ac:parameter>{}"
    macro += "</ac:structured-macro>"
    body = "<ac:rich-text-body><p>Back up.</p></ac:rich-text-body>"
    assert text(macro.format("panel", "title", "Before", body)) == "Before\n\nBack up.\n"
    for name in ("excerpt", "details"):
        hidden = macro.format(name, "hidden", "true", body)
        assert text(f"{hidden}<table><tr><th>A<th>B<tr><td>1<td>{hidden}</table>") == "A | B\n1 |\n"
    status = macro.format("status", "title", "LIVE", "")
    assert text(f"<p>It is {status} now: {macro.format('jira', 'key', 'OPS-12', '')}</p>") == (
        "It is LIVE now: OPS-12\n"
    )


@pytest.mark.parametrize(
    ("names", "sign"),
    [
        ("ac:name='tick'", "✓"),
        ("ac:name='cross'", "✗"),
        ("ac:name='blue-star' ac:emoji-fallback=':check_mark:'", "✓"),
        ("ac:name='blue-star' ac:emoji-fallback='🔑'", "🔑"),
        ("ac:name='smile'", ""),
        ("ac:name='blue-star' ac:emoji-fallback='🙂'", ""),
    ],
)
def test_signs_of_confluence_are_read_and_faces_are_not(names: str, sign: str) -> None:
    table = f"<table><tr><th>Plan<th>Calls<tr><td>Pro<td><ac:emoticon {names}/></table>"
    assert text(table) == f"Plan | Calls\nPro | {sign}".rstrip() + "\n"


def test_tasks_and_panels_of_confluence() -> None:
    task = "<ac:task><ac:task-id>1</ac:task-id><ac:task-status>{}</ac:task-status>{}</ac:task>"
    body = "<ac:task-body>{}</ac:task-body>"
    tasks = (
        task.format("complete", body.format("Pay")),
        task.format("incomplete", body.format("")),
    )
    assert text(f"<ac:task-list>{''.join(tasks)}</ac:task-list><p>Then wait.") == (
        "☑ Pay\n\nThen wait.\n"
    )
    panel = (
        "<ac:adf-extension><ac:adf-node type='panel'><ac:adf-attribute key='panel-type'>note"
        "</ac:adf-attribute><ac:adf-content><p>Back up.</p></ac:adf-content></ac:adf-node>"
        "<ac:adf-fallback><div><p>Back up.</p></div></ac:adf-fallback></ac:adf-extension>"
    )
    assert text(panel) == "Back up.\n"
