"""``chatbot import`` of an export on disk: documents into their folder, candidates beside it."""

import csv
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path

from chatbot.errors import ChatbotError, ImportingError
from chatbot.importing.archive import export_files
from chatbot.importing.candidates import Candidate, candidates_of, merge_copies, write_rows
from chatbot.importing.conversations import Conversation, Item, LeftOut
from chatbot.importing.documents import ImportedDocument
from chatbot.importing.folder import ImportFolder, import_folder
from chatbot.importing.report import ImportReport
from chatbot.importing.sources import ExportOptions


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
            read: Callable[..., Iterator[Item]] = import_module(f"{__package__}.{source}").read
            items = _with_clear_errors(read(export_files(path), options), path)
            documents, found = _write_items(items, folder, report)
        except BaseException:
            folder.discard()
            raise
        if not documents and not found:
            folder.discard()
            reason = f": {report.failed[0]['reason']}" if report.failed else ""
            raise ImportingError(f"'{path}' holds nothing to import from {source}{reason}.")
        kept = merge_copies(found)
        if documents:
            folder.commit(report)
        else:
            folder.discard()
        if found:
            report.candidates_file = str(candidates / f"{name}.jsonl")
            report.candidates = write_rows(Path(report.candidates_file), kept)
        return report


def _with_clear_errors(items: Iterator[Item], path: Path) -> Iterator[Item]:
    """The items; whatever a parser raises on damage is one sentence."""
    try:
        yield from items
    except ChatbotError:
        raise
    except MemoryError:
        raise ImportingError(f"Reading '{path}' takes too much memory.") from None
    except RecursionError:
        raise ImportingError(f"'{path}' is nested too deeply; no export is.") from None
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError) as exc:
        raise ImportingError(f"'{path}' is damaged, or a part of it is missing ({exc}).") from exc
    except (ValueError, csv.Error, NotImplementedError, RuntimeError) as exc:
        raise ImportingError(f"'{path}' cannot be read ({exc}).") from exc


def _write_items(
    items: Iterable[Item], folder: ImportFolder, report: ImportReport
) -> tuple[int, list[Candidate]]:
    """Write the documents; returns how many there are, and the candidates."""
    written: set[str] = set()
    found: list[Candidate] = []
    for item in items:
        if isinstance(item, ImportedDocument):
            if item.path.lower() in written:
                report.leave_out(item.path, "another document has the same name and number")
                continue
            written.add(item.path.lower())
            folder.write(item)
        elif isinstance(item, Conversation):
            found += candidates_of(item)
        elif isinstance(item, LeftOut):
            report.leave_out(item.path, item.reason)
    return len(written), found
