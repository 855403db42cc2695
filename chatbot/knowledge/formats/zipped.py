"""Files that are zip archives of XML, checked before anything unpacks them."""

import io
import zipfile
import zlib
from typing import Any

from chatbot.errors import DocumentError

PASSWORD = "it is protected by a password; save it without one"
OLE = b"\xd0\xcf\x11\xe0"  # an OLE container: a password, or a format of before 2007
_MAX_UNPACKED = 300_000_000  # bytes of all parts together
_MAX_PARTS = 20_000
_MAX_PART = 150_000_000
_STRICT, _USUAL = b"http://purl.oclc.org/ooxml/", b"http://schemas.openxmlformats.org/"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
DAMAGE = (SyntaxError, zipfile.BadZipFile, zlib.error)  # lxml's errors are of the first kind
_TOLD = ("word/", "ppt/")  # where parts are that hold text, or say which ones do
_MAX_TIMES = 400  # more than a text can be packed, and a bomb is


def open_archive(data: bytes) -> zipfile.ZipFile:
    """The archive.

    Raises:
        DocumentError: it is behind a password, or unpacks to more than any document does.
        zipfile.BadZipFile: it is no archive.
    """
    if data.startswith(OLE):
        raise DocumentError(f"{PASSWORD}, in a format of today")
    archive = zipfile.ZipFile(io.BytesIO(data))
    parts = archive.infolist()
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
        raise DocumentError(
            f"it unpacks to more than {_MAX_UNPACKED / 1e6:.0f} MB, which no document does"
        )
    return archive


def xml(archive: zipfile.ZipFile, name: str) -> Any:
    """The root element of a part; ``None`` where the archive has no such part.

    No entity is expanded and nothing outside is fetched.
    """
    from lxml import etree

    try:
        part = archive.getinfo(name)
    except KeyError:
        return None
    if part.file_size > min(_MAX_PART, 10_000_000 + _MAX_TIMES * part.compress_size):
        raise DocumentError(f"its part '{name}' unpacks to more than a document has")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(transitional(archive.read(name)), parser)


def side_xml(archive: zipfile.ZipFile, name: str, notes: list[str]) -> Any:
    """As :func:`xml`; ``None``, too, of a part that is damaged, which costs no other one: it is
    named among the ``notes``."""
    try:
        return xml(archive, name)
    except DAMAGE:
        add_damaged(notes, name)
        return None


def title_in(archive: zipfile.ZipFile, name: str) -> str:
    """The title (Dublin Core's) in a part with a file's properties; nothing where it has none."""
    properties = side_xml(archive, name, [])
    return str(properties.findtext(f".//{_TITLE}") or "") if properties is not None else ""


def rewrite_archive(
    archive: zipfile.ZipFile, parts: dict[str, bytes], notes: list[str] | None = None
) -> bytes:
    """The archive with other ``parts``, without those that are damaged: those that can hold text
    are named among the ``notes``, a picture is not."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in archive.NameToInfo:
            try:
                new.writestr(name, parts.get(name) or archive.read(name))
            except DAMAGE:
                if (
                    notes is not None
                    and name.startswith(_TOLD)
                    and name.endswith((".xml", ".rels"))
                ):
                    add_damaged(notes, name)
    return out.getvalue()


def add_damaged(notes: list[str], name: str) -> None:
    """Say once that a part is damaged."""
    note = f"its part '{name}' is damaged and was left out"
    if note not in notes:
        notes.append(note)


def write_xml(root: Any) -> bytes:
    """An element as a part of an archive."""
    from lxml import etree

    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def transitional(data: bytes) -> bytes:
    """XML with the names that all but a few Office files ("Strict Open XML") use."""
    if _STRICT not in data:
        return data
    data = data.replace(_STRICT + b"spreadsheetml/main", _USUAL + b"spreadsheetml/2006/main")
    return data.replace(_STRICT + b"officeDocument/", _USUAL + b"officeDocument/2006/")
