"""Names in small letters, in capitals only, behind "@", and of a conversation's people."""

import time

import pytest

from chatbot.importing.candidates import candidates_from
from chatbot.importing.conversations import Conversation, Message
from chatbot.importing.names import Names

EXPORT = [
    (f"How do I leave the Green Saver in town {n}?", "Hold on. Leave the Green Saver online.")
    for n in range(250)
]
PEOPLE = ("Siobhán Kowalczyk", "Zin Mar Htwe", "Mark Bishop")


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(EXPORT, ["Thandiwe Zwantek"])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("i had a chat with qxlorb", "i had a chat with [name]"),
        ("spoke to grace, she said no", "spoke to [name], she said no"),
        ("hi mark, the lid is open", "hi [name], the lid is open"),
        ("is the lid open? thx, qxlorb", "is the lid open? thx, [name]"),
        ("is the lid open?\nqxlorb zwantek\n", "is the lid open?\n[name]\n"),
        ("the lid is open, anneke terpstra", "the lid is open, [name]"),
        ("@qxlorb can you help", "@[name] can you help"),
        ("ANNEKE has the key", "[name] has the key"),
        ("thandiwe has the key", "[name] has the key"),
        ("qxlorb, my husband, has the key", "[name], my husband, has the key"),
        ("mrs stone has the key", "mrs [name] has the key"),
        ("Is it open? LG Qxlorb", "Is it open? LG [name]"),
        ("I asked Qxlorb for the key", "I asked [name] for the key"),
        ("the teacher (anneke) has it", "the teacher ([name]) has it"),
        ("its chase from next door", "its [name] from next door"),
        ("hi all, the lid is open", "hi all, the lid is open"),
        ("will the lid open", "will the lid open"),
        ("grace period and bill by mail", "grace period and bill by mail"),
        ("it works with a dishwahser", "it works with a dishwahser"),
        ("hi there, thanks again", "hi there, thanks again"),
        ("the IBAN and the PDF", "the IBAN and the PDF"),
    ],
)
def test_names_in_other_letters_are_hidden(names: Names, text: str, wanted: str) -> None:
    assert names.hide(text) == wanted


FEW = Names(EXPORT[:20], ["Grace Bishop"])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("spoke to qxlorb, my husband, and thandiwe", "spoke to [name], my husband, and [name]"),
        ("@qxlorb can you help", "@[name] can you help"),
        ("uncle cliff and oma hilde said no", "uncle [name] and [name] said no"),
        ("dad and graham pulled hard", "dad and [name] pulled hard"),
        ("the green lid please - cliff", "the green lid please - [name]"),
        ("booking made by hunter", "booking made by [name]"),
        ("is it shut? hunter replaced it", "is it shut? [name] replaced it"),
        ("me and joy are there", "me and [name] are there"),
        ("rose and i want a lid", "[name] and i want a lid"),
        ("i already told jan on the phone", "i already told [name] on the phone"),
        ("the lid is for grace today", "the lid is for [name] today"),
        ("my login is fenna.qxlorb and it fails", "my login is [name] and it fails"),
        ("kickstand falls. login kwame_b", "kickstand falls. login [name]"),
        ("ask pascale for a green lid on wednesday", "ask [name] for a green lid on wednesday"),
        ("hello customer, unused lids are fine", "hello customer, unused lids are fine"),
        ("a problem with callout and signup", "a problem with callout and signup"),
        ("the lid is black, my son says", "the lid is black, my son says"),
        ("the hunter lid was replaced by us", "the hunter lid was replaced by us"),
        ("see data.json and shop.example", "see data.json and shop.example"),
        ("uncle said no, sister has it", "uncle said no, sister has it"),
    ],
)
def test_few_conversations_are_enough_where_only_somebody_can_be_meant(
    text: str, wanted: str
) -> None:
    assert FEW.hide(text) == wanted


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("account is june's and mine", ["june"]),
        ("account is June's and mine", ["June's"]),
        ("booking made by faith for two", ["faith"]),
        ("can i wash it? olu does", ["olu"]),
        ("rain cape for bunny, my gran", ["bunny"]),
        ("i got it from [name] stick", ["stick"]),
        ("the lid may turn green in march", []),
    ],
)
def test_a_name_that_stays_is_marked_in_a_small_export(text: str, marked: list[str]) -> None:
    assert FEW.hide(text) == text
    assert FEW.possible(text) == marked


def test_words_of_one_sides_language_are_no_names() -> None:
    said = "Ya le hemos devuelto los veinte euros hoy."
    assert Names([("What about my order?", said)]).hide(said) == said


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("siobhan and Siobhan and kowalczyk", "[name] and [name] and [name]"),
        ("Kowalczik has it", "[name] has it"),
        ("zin mar has it", "[name] [name] has it"),
        ("mark the box, says Mark", "mark the box, says [name]"),
        ("is it open? mark", "is it open? mark"),
        ("is it open?\nmark", "is it open?\n[name]"),
    ],
)
def test_people_of_a_conversation_are_hidden_however_they_are_written(
    text: str, wanted: str
) -> None:
    assert Names(EXPORT[:3]).hide(text, PEOPLE) == wanted


def test_a_word_that_no_language_has_is_marked_where_nothing_tells(names: Names) -> None:
    text = "the qxlorb is open"
    assert names.hide(text) == text
    assert names.possible(text) == ["qxlorb"]


def test_somebody_of_the_export_is_marked_however_many_write_the_name() -> None:
    often = [(f"As thandiwe said, town {n} is closed.", "It is open.") for n in range(40)]
    found = Names([*EXPORT, *often], ["Thandiwe Zwantek"]).possible(often[0][0])
    assert found == ["thandiwe"]


def test_words_of_a_language_that_is_not_known_are_no_names(names: Names) -> None:
    text = "kapak bugün hala açılmıyor çünkü vidası kırılmış, by qxlorb"
    assert names.hide(text) == text


def test_what_many_write_is_no_name_though_no_language_has_it() -> None:
    often = [(f"My qxlorb is slow in town {n}?", "Hold on.") for n in range(40)]
    text = "i asked about a chat with qxlorb"
    assert Names([*EXPORT, *often]).hide(text) == text


def test_candidates_have_no_part_of_the_people_of_their_conversation() -> None:
    told = "As siobhan saw, hold the button for ten seconds until it turns blue."
    talk = (
        Message("customer", "How do I reset the hub? siobhan"),
        Message("staff", f"{told}\n\ni.A. V. lang, or jo.doe at post dot example"),
    )
    (found,) = candidates_from([Conversation("ticket 1", "", talk, PEOPLE)])
    said = f"{found.question} {found.answer}"
    assert not any(name in said for name in ("siobhan", "lang", "doe"))


def test_a_long_message_is_searched_in_little_time(names: Names) -> None:
    names.hide("Warm up")  # reads the lists
    text = "Frau Müller Sagte Dem Herrn " * 120 + "we met alma and pilar with linda " * 600
    begun = time.process_time()
    names.hide(text)
    assert time.process_time() - begun < 3
