"""Which line ends a model does not read."""

import textwrap

import pytest

from chatbot.text.wrapping import unwrapped

LONG = (
    "The shop on Mill Road is open from Monday to Friday from 9 in the morning until 6 in the "
    "evening, and on Saturdays it closes at noon except in December. Orders that come in before "
    "noon are packed on the same day and leave us with the evening van. You can follow a parcel "
    "with the number that stands in the mail which we send when it leaves."
)
GERMAN = (
    "Wer ein Gerät bei uns gekauft hat, kann es innerhalb von dreißig Tagen nach Erhalt der Ware "
    "zurückgeben. Den Betrag überweisen wir auf das Konto, von dem die Zahlung kam, sobald das "
    "Paket in unserem Lager angekommen und von den Kollegen der Prüfung freigegeben ist."
)
FRENCH = (
    "Vous pouvez retourner « tout article » acheté en ligne dans un délai de trente jours à "
    "compter de la réception du colis, à condition que l'emballage soit intact et que la facture "
    "soit jointe au colis que vous nous renvoyez."
)


@pytest.mark.parametrize("text", [LONG, GERMAN, FRENCH])
@pytest.mark.parametrize("width", [60, 66, 72, 76, 80, 100])
def test_a_wrapped_paragraph_is_one_line(text: str, width: int) -> None:
    wrapped = textwrap.fill(text, width, break_on_hyphens=False)
    assert unwrapped(wrapped) == text
    two = f"# Parcels\n{wrapped}\n\n{wrapped}\n"
    assert unwrapped(two) == f"# Parcels\n{text}\n\n{text}\n"
    assert unwrapped(unwrapped(two)) == unwrapped(two)


def test_what_stands_around_a_paragraph_keeps_its_lines() -> None:
    text = textwrap.fill(LONG, 72)
    letter = f"Dear customer,\n{text}\nKind regards,\nYour team in Bristol"
    assert unwrapped(letter) == f"Dear customer,\n{LONG}\nKind regards,\nYour team in Bristol"
    titled = f"How to follow the parcel that you have ordered in our shop on the web\n{text}"
    assert unwrapped(titled).splitlines()[0] == titled.splitlines()[0]
    title = "Wie Sie ein Gerät zurückgeben, das Sie in einem unserer Läden gekauft"
    german = textwrap.fill(f"Wir nehmen es zurück. {GERMAN}", 72)
    assert unwrapped(f"{title}\n{german}").splitlines()[0] == title
    asked = f"Q: When do you open?\nA: {textwrap.fill(LONG, 69)}"
    assert unwrapped(asked) == f"Q: When do you open?\nA: {LONG}"


def test_an_item_is_one_line() -> None:
    items = [
        "Open the settings of the app on your phone and choose the account that you want to remove",
        "Press Remove and confirm it with the code that we have sent you by mail or text message",
        "Wait.",
    ]
    for sign in ("- ", "* ", "1. ", "10) ", "a) ", "iv. "):
        hanging = "\n".join(
            textwrap.fill(item, 62, initial_indent=sign, subsequent_indent=" " * len(sign))
            for item in items
        )
        read = [" ".join(line.split()) for line in unwrapped(hanging).splitlines()]
        assert read == [f"{sign}{item}" for item in items]


def test_an_address_that_is_longer_than_the_column_says_nothing_of_it() -> None:
    text = (
        "You find the form on the page of the customer service, whose address is printed on\n"
        "https://help.example.com/en/customer-service/forms/returns/2026/form-for-returns-of-goods\n"
        "and on the back of the invoice, together with the number that you are asked for.\n"
    )
    assert unwrapped(text) == text.rstrip("\n").replace("\n", " ") + "\n"


@pytest.mark.parametrize(
    "text",
    [
        # One line each.
        LONG,
        "The shop opens at nine.\nIt closes at six in the evening, on Saturdays at noon.\n",
        "Write to us before you send anything back to the warehouse in Bristol.\n"
        "Keep the invoice, since we cannot give the money back without it at all.\n"
        "Pack the goods in the box that they came in, with all of their parts.\n",
        # Lists.
        "- cables of two metres for the keypad of the outer door and the gate\n"
        "- batteries for the keypad of the outer door and for the remote control\n",
        "cables of two metres for the keypad of the outer door and the gate\n"
        "batteries for the keypad of the outer door and the remote control\n"
        "screws for the keypad of the outer door and of the garage, in steel\n",
        "1. Open the settings of the app and choose the account that you want to\n"
        "2. remove the account with the code that we have sent you by mail before\n",
        "i. open the settings of the app and choose the account that you want,\n"
        "ii. remove the account with the code that we have sent you by mail.\n",
        "Step 1 Open the settings of the app and choose the account you want to\n"
        "Step 2 Remove the account with the code that we have sent you by mail.\n",
        # Addresses, hours, forms.
        "Harbor Supplies International GmbH & Co. KG, Department of Returns\n"
        "c/o BlueLine Logistics Centre Europe, Building 7, Gate 3 in the south\n"
        "20457 Hamburg\nGermany\n",
        "Harbor Supplies\n12 Mill Road\nBristol BS1 4AA\nUnited Kingdom\n",
        "Mon-Fri 9-18\nSat 9-12\n",
        "Delivery address: the house in which the parcel is to be left by the van\n"
        "invoice address: the house to which the invoice of the parcel is sent.\n",
        "Name of the customer as it stands on the invoice: ______________________\n"
        "number of the invoice: ____________________________.\n",
        "timeout_seconds = 30 and what else there is to say about that setting\n"
        "retries_of_sending = 5 and what else there is to say about that one.\n",
        "From: Anna Smith <anna@example.com>, of the customer service in Bristol\n"
        "to: support@example.com and whoever else is to read what she has sent.\n",
        # Tables.
        "| plan of the customer and what it holds in all of the countries | price |\n"
        "|---|---|\n| basic and what it holds in all of the countries of the union | 5 |\n",
        "sku-12,red bolt for the outer hinge of the door of the garage,4.50,each\n"
        "sku-13,blue bolt for the inner hinge of the door of the garage,4.50,each\n",
        "basic plan of the customer in the union\t5 EUR a month and no fee\n"
        "plus plan of the customer in the union\t9 EUR a month and no fee.\n",
        "basic plan of the customer in the union    5 EUR a month and no fee\n"
        "plus plan of the customer in the union     9 EUR a month and no fee.\n",
        # Code and what is marked as having its lines.
        f"```\n{textwrap.fill(LONG, 60)}\n```\n",
        textwrap.indent(textwrap.fill(LONG, 60), "    "),
        textwrap.indent(textwrap.fill(LONG, 60), "> "),
        textwrap.fill(LONG, 60).replace("\n", "  \n"),
        textwrap.fill(LONG, 60).replace("\n", "\\\n"),
        "chatbot evaluate retrieval --cases cases.jsonl --knowledge knowledge \\\n"
        "    --mode dense,lexical,hybrid --queries turns.\n",
        "--knowledge the folder of documents that are read when the index is made\n"
        "--index the folder in which the index is kept, with all generations of it.\n",
        ":param path: the folder of documents that are read when the index is made\n"
        ":param name: the name of the index that is made of it, in small letters.\n",
        "Retriever\n: what finds the passages of the documents that are nearest to it,\n"
        ": and what puts them in an order.\n",
        "checked = is_deleted(first_of_the_files, second_of_the_files, 'and w')\n"
        "def print_lines(names):\n",
        "is_deleted $FIRST_OF_FILES && is_deleted $SECOND_OF_FILES && count 1\nreturn $?\n",
        "2026-11-30 10:00:01 the index of the knowledge folder has been taken up by\n"
        "2026-11-30 10:00:02 the service, and answers come from it from now on.\n",
        "sudo apt-get install openvino python3-venv build-essential git curl jq make\n"
        "sudo systemctl enable --now peregrine.service peregrine-backup.timer nginx\n"
        "sudo journalctl -u peregrine.service -f --since yesterday --no-pager -o cat.\n",
        "[service] the section of the settings that the service reads when it starts\n"
        "timeout=30 seconds that the service waits for the model before it gives up\n"
        "retries=5 times that a message is sent again before it is given to a human.\n",
        "BEGIN:VEVENT of the training of the new colleagues in the returns desk and\n"
        "DESCRIPTION:what to do with a lamp that comes back without an invoice.\n",
        '"welcome to the help desk of harbor supplies, what may we do for you today",\n'
        '"thank you for your question and have a very nice day, see you next time",\n'
        '"sorry, we could not find that out, please ask one of our colleagues."\n',
        # Rows that are made alike.
        "basic plan,five gigabytes of storage,one user,support by mail,5 EUR a month\n"
        "team plan,fifty gigabytes of storage,ten users,support by phone,29 EUR month\n"
        "firm plan,storage as agreed upon,users as agreed,support by phone,on request.\n",
        "basic plan with mail support  five gigabytes and one user  5 EUR a month\n"
        "team plan, with phone calls,  fifty gigabytes of storage,  29 EUR month.\n",
        "hub - the device in the hall that all the sensors of the house talk to\n"
        "sensor - tells the hub that a door is open or that the water is rising\n"
        "siren - what cries when the hub says so, at up to ninety-five decibels.\n",
        "E01 the door of the machine is not closed, or the lock of it does not work\n"
        "e02 the water does not run in, since the tap is closed or the hose is bent\n"
        "e03 the water does not run off, since the filter is full of lint and hair.\n",
        "cleaning of the charging port of any phone, while you wait 15 EUR\n"
        "replacement of the battery of a phone, with all the parts 49 EUR\n"
        "exchange of the screen of a phone of the S series or M 129 EUR.\n",
        "how to send back a lamp that was ordered in the shop on the web, and who pays\n"
        "how to follow a parcel that has left our warehouse in Bristol, and by whom\n"
        "how to pay with a gift card that somebody has given to you at Christmas.\n",
        "* only in countries of the European Union and in Norway, not on islands\n"
        "** except goods that were made for you, and food that goes bad quickly.\n",
        # Clauses, one a line.
        "you can send it back where the thing was not made for you to a measure;\n"
        "where it has not been opened, if it is of a kind that must stay sealed;\n"
        "where less than thirty days went by since it came to you.\n",
        # Verse.
        "i walked along the harbour wall and thought of all the ships gone by,\n"
        "the gulls were crying overhead beneath a cold and ever leaden sky,\n"
        "i turned my collar to the wind and let the evening rain come down,\n"
        "until the lamps were lit again in every window of the town.\n",
        "The sea is calm tonight and all the ships lie in the harbour's light,\n"
        "And on the quay the lanterns burn, and those who sailed away return,\n"
        "And all is well.\n",
        "the sea is calm tonight\nand all the ships\nlie in the light of the harbour\nand wait.\n",
        # No blank stands between the words of these.
        "この商品はお届けから三十日以内であれば、理由を問わず返品していただくことができます。ただし、開封済みの商品は\n"
        "返品していただくことができませんので、あらかじめご了承くださいますようお願いいたします。\n",
    ],
)
def test_lines_that_their_author_ended_stay(text: str) -> None:
    assert unwrapped(text) == text


def test_prose_may_begin_two_lines_alike() -> None:
    text = (
        "You can make another bucket of your own in any of the regions in which the\n"
        "service is offered to you. What was kept there before remains as it is. The\n"
        "bucket of before is still found under the name that it had, and whoever has the\n"
        "bucket may read what is in it for as long as you have not taken it away, since\n"
        "2026 as well.\n"
    )
    assert unwrapped(text) == text.rstrip("\n").replace("\n", " ") + "\n"


def test_half_a_word_and_an_introduction_end_their_lines() -> None:
    text = (
        "The parcel is brought to you by the van of the night within a 24-\n"
        "hour window that you choose while you order, as long as there is:\n"
        "a number of a phone by which the driver can reach you on the way and\n"
        "a place at which the van can stop.\n"
    )
    assert unwrapped(text) == text.replace("and\na", "and a")


@pytest.mark.parametrize("alone", ["\u2060", " \u2060", "\u2060  "])
def test_a_line_of_which_only_markup_was_there_parts_paragraphs(alone: str) -> None:
    line = "The parcel is packed on the day on which the order comes in and then\n"
    assert unwrapped(f"{line}{alone}\n{line}leaves us.\n") == (
        f"{line}{alone}\n{line.replace(chr(10), ' ')}leaves us.\n"
    )
