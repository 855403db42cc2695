"""``chatbot import`` of an export on disk: documents into their folder, candidates beside it."""

import errno
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from chatbot.errors import ChatbotError, DocumentError, ImportingError, reason_of
from chatbot.importing.archive import export_files
from chatbot.importing.candidates import Candidate, Rows, candidates_from, merge_copies
from chatbot.importing.conversations import Conversation, Item, LeftOut
from chatbot.importing.documents import ImportedDocument
from chatbot.importing.folder import ImportFolder, import_folder
from chatbot.importing.name_words import ENOUGH
from chatbot.importing.report import ImportReport
from chatbot.importing.sources import ExportOptions

# Not of the export, but of where it is written.
_OURS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM})


def import_export(
    source: str,
    path: Path,
    knowledge: Path,
    candidates: Path,
    options: ExportOptions,
    name: str = "",
) -> ImportReport:
    """Bring the documents of an export into ``imports/<name>``, by default the source's name, and
    its conversations as candidates into ``candidates``/<name>.jsonl, outside of what is indexed.

    Raises:
        ImportingError: the export is damaged, hostile, or holds nothing; all is as before.
    """
    name = name or source
    with import_folder(knowledge, name) as folder:
        report = ImportReport(str(folder.current))
        folder.begin()
        try:
            with _clear_errors(path):
                read: Callable[..., Iterator[Item]] = import_module(f"{__package__}.{source}").read
                documents, found = _write_items(read(export_files(path), options), folder, report)
            if not documents and not found:
                reason = f": {report.failed[0]['reason']}" if report.failed else ""
                raise ImportingError(f"'{path}' holds nothing to import from {source}{reason}.")
            rows = Rows(candidates / f"{name}.jsonl")
            if found:
                report.candidates_file = str(rows.path)
                merged = merge_copies(found)
                report.candidates = rows.write(merged)
                report.marked = sum(bool(each.possible_names) for each in merged)
        except BaseException:
            folder.discard()
            raise
        if documents:
            folder.commit(report)
        else:
            folder.discard()
        if found:
            rows.commit()
        return report


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    """Whatever a reader or a parser raises on damage as one sentence."""
    try:
        yield
    except DocumentError as exc:
        raise ImportingError(f"'{path}' cannot be read: {exc}.") from exc
    except ChatbotError:
        raise
    except MemoryError:
        raise ImportingError(f"Reading '{path}' takes too much memory.") from None
    except RecursionError:
        raise ImportingError(f"'{path}' is nested too deeply; no export is.") from None
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as exc:
        if isinstance(exc, OSError) and exc.errno in _OURS:
            raise
        raise ImportingError(
            f"'{path}' is damaged, or a part of it is missing ({reason_of(exc)})."
        ) from exc
    except Exception as exc:  # an export is anybody's, and what parsers raise on it is many
        raise ImportingError(f"'{path}' cannot be read ({reason_of(exc)}).") from exc


def _write_items(
    items: Iterable[Item], folder: ImportFolder, report: ImportReport
) -> tuple[int, list[Candidate]]:
    """Write the documents; returns how many there are, and the candidates."""
    written: set[str] = set()
    conversations: list[Conversation] = []
    for item in items:
        if isinstance(item, ImportedDocument):
            if item.path.lower() in written:
                report.leave_out(item.path, "another document has the same name and number")
                continue
            written.add(item.path.lower())
            folder.write(item)
        elif isinstance(item, Conversation):
            conversations.append(item)
        elif isinstance(item, LeftOut):
            report.leave_out(item.path, item.reason)
    report.count(len(conversations), ENOUGH)
    return len(written), candidates_from(conversations)
