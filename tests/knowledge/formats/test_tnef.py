"""What Outlook packs into winmail.dat."""

import struct
from email.message import EmailMessage

import pytest

from chatbot.knowledge.formats import extract
from chatbot.knowledge.formats.tnef import unpacked


def attribute(level: int, kind: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, kind, len(value)) + value + struct.pack("<H", 0)


def texts(*pairs: tuple[int, int, bytes]) -> bytes:
    """Properties of MAPI: (kind, name, value)."""
    found = struct.pack("<I", len(pairs) + 2) + struct.pack("<HHI", 3, 0x0E20, 7)
    found += struct.pack("<HH", 3, 0x8001) + bytes(16) + struct.pack("<III", 1, 6, 0x61)
    found += bytes(4) + struct.pack("<I", 1)
    for kind, name, value in pairs:
        filled = value + bytes(-len(value) % 4)
        found += struct.pack("<HHII", kind, name, 1, len(value)) + filled
    return found


def packed(long_name: str = "") -> bytes:
    data = b"\x78\x9f\x3e\x22" + b"\1\0" + attribute(1, 0x2800C, b"Prices from May.\0")
    data += attribute(2, 0x69002, bytes(14)) + attribute(2, 0x18010, b"PRICES~1.CSV\0")
    data += attribute(2, 0x6800F, b"Plan;Price\nBasic;5\nPro;9\n")
    if long_name:
        told = (long_name + "\0").encode("utf-16-le")
        data += attribute(2, 0x69005, texts((0x1F, 0x3707, told)))
    return data


def test_the_files_of_winmail_are_read_under_their_long_names() -> None:
    message = EmailMessage()
    message["Subject"] = "Prices"
    message.set_content("See the list.")
    message.add_attachment(
        packed("Preise für Mai.csv"), maintype="application", subtype="ms-tnef",
        filename="winmail.dat",
    )  # fmt: skip
    assert extract(".eml", message.as_bytes()).text == (
        "Subject: Prices\n\nSee the list.\n\nAttachment: Preise für Mai.csv\n\n"
        "Plan;Price\nBasic;5\nPro;9\n"
    )


def test_a_message_that_is_one_piece_has_its_text() -> None:
    message = EmailMessage()
    message["Subject"] = "Prices"
    message.set_content(packed(), maintype="application", subtype="ms-tnef")
    text = extract(".eml", message.as_bytes()).text
    assert text.startswith("Subject: Prices\n\nPrices from May.\n\nAttachment: PRICES~1.CSV\n")


@pytest.mark.parametrize("length", range(0, 320, 13))
def test_a_piece_that_is_cut_off_stops_nothing(length: int) -> None:
    whole = unpacked(packed("Prices of May.csv"))
    found = unpacked(packed("Prices of May.csv")[:length])
    assert whole.text.startswith(found.text) and len(found.files) <= len(whole.files)


def test_a_damaged_piece_is_named() -> None:
    message = EmailMessage()
    message["Subject"] = "Prices"
    message.set_content("See the list.")
    message.add_attachment(b"x", maintype="application", subtype="x", filename="winmail.dat")
    assert extract(".eml", message.as_bytes()).text.endswith("\n\nAttachment: winmail.dat\n")
