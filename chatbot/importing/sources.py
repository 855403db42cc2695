"""The exports that are read, and what a person can say about one."""

from dataclasses import dataclass

# Each is a module of this package with a function ``read(files, options)``.
EXPORTS = {
    "zendesk": "Zendesk: articles and tickets in JSON, as its API gives them",
    "freshdesk": "Freshdesk: solution articles and tickets in JSON",
    "intercom": "Intercom: articles and conversations in JSON",
    "confluence": "Confluence: the HTML or XML export of a space",
    "notion": "Notion: its export as Markdown and CSV",
    "mailbox": "a mail box: mbox, maildir or .eml files",
}

OTHER_NAMES = {"mailbox": ["mbox"]}  # by which an export is asked for, too


@dataclass(frozen=True)
class ExportOptions:
    """``site`` is the address of the system that the export is from, without "/" at its end;
    exports whose records do not name their addresses need it for links. ``staff`` are addresses
    or domains of the people who answer, in mail."""

    site: str = ""
    staff: tuple[str, ...] = ()
