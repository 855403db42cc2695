"""Who does what a sentence says: the firm, or the one who reads it."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.actors import other_actor
from chatbot.grounding.citations import verify
from chatbot.grounding.reading import read


def is_marked(said: str, source: str) -> bool:
    meta = {"path": "a.md", "start": 0, "title": "Help", "heading": ""}
    return bool(verify(said, [Document(source, metadata=meta)]).unsupported)


@pytest.mark.parametrize(
    ("source", "right", "wrong"),
    [
        ("Import tax is charged by the post office, and the recipient pays it on delivery.",
         "The recipient pays the import tax on delivery.",
         "We pay the import tax on delivery."),
        ("The landlord is told beforehand. You clean the flat before the keys are handed over.",
         "You clean the flat before the keys are handed over.",
         "We'll clean the flat before the keys are handed over."),
        ("We disconnect the washing machine and carry it down.",
         "Our team disconnects the washing machine and carries it down.",
         "Please disconnect the washing machine and carry it down."),
        ("Print the return label and stick it on the parcel.",
         "You print the return label and stick it on the parcel.",
         "We print the return label and stick it on the parcel."),
        ("The parking permit is requested by us from the town.",
         "We request the parking permit from the town.",
         "You request the parking permit from the town."),
        ("We pay the driver, and you pay the toll to the ferry company.",
         "You pay the toll to the ferry company.",
         "We pay the driver and we pay the toll too."),
    ],
)  # fmt: skip
def test_who_does_it_is_not_another_one(source: str, right: str, wrong: str) -> None:
    assert not is_marked(right, source)
    assert is_marked(wrong, source)


@pytest.mark.parametrize(
    ("said", "source"),
    [
        # what each of the two does in a way of their own
        ("You can rent a wetsuit for $12.", "A wetsuit is needed; we rent them at $12."),
        ("We can dye it black for €9.", "Nylon is white; dyeing it black costs €9."),
        # instructions for staff call them "you"
        ("We send you a replacement key within two days.",
         "Send the customer a replacement key within two days."),
        # both do it, to other things
        ("You pay the first £100 and we pay the rest of the bill.",
         "You pay the first £100 of each bill; we pay the rest."),
        ("Print quality is checked by a person.", "We check the print quality ourselves."),
    ],
)  # fmt: skip
def test_the_same_done_by_the_same_is_not_marked(said: str, source: str) -> None:
    assert other_actor(read(said), read(source)) is None
