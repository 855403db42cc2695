"""Which languages an export is in, and which words they have."""

from chatbot.importing.vocabulary import Vocabulary, languages_in


def test_languages_are_told_by_their_small_words() -> None:
    texts = ["Where is my parcel?", "Waar is het pakket? Ik heb een code.", "Dove sono gli ordini?"]
    assert languages_in(texts) == ("en", "it", "nl")
    assert languages_in(["Ich warte auf die Rechnung und bitte um Antwort."]) == ("de", "en")
    assert languages_in([]) == ("en",)


def test_a_language_has_its_words_in_every_form_and_no_names() -> None:
    english = Vocabulary(["en"])
    assert all(map(english.has, ["house", "houses", "went", "grace"]))
    assert not any(map(english.has, ["anneke", "qxlorb", "montgomery", ""]))
    assert not english.has_noun("rechnung")
