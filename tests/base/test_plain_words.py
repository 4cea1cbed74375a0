"""Plain words: hard texts get a kind hint, plain ones none."""

import pytest

from hub.plain_words import MOST_HINTS, Kind, find_hints, jargon, sentences
from hub.seeds.offers import offer_seeds

LONG = "Wir treffen uns am Morgen und gehen dann alle zusammen durch den Wald bis zum See und zurück."


def kinds(text):
    return [hint.kind for hint in find_hints(text)]


@pytest.mark.parametrize("seed", offer_seeds(), ids=lambda seed: f"{seed.organisation} {seed.title}")
def test_the_demos_own_texts_are_plain(seed):
    assert find_hints(seed.summary) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Wir fangen langsam an. Jede Übung geht auch im Sitzen.",
        "Um 9 Uhr geht es los, am 3. Mai. Dann ist Pause.",
        "Wir werden gehen, so weit alle können. Es wird ernst und schön.",
        "Wer müde wird, bekommt Kaffee.",
        "Bequeme Kleidung, keine Anmeldung, gute Begleitung.",
    ],
)
def test_plain_sentences_get_no_hint(text):
    assert find_hints(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (LONG, Kind.SENTENCE, "„Wir treffen uns am …“ hat 18 Wörter."),
        ("Unser Rückenschmerzbewältigungskurs.", Kind.WORD, "Rückenschmerzbewältigungskurs"),
        ("Eine Maßnahme für alle.", Kind.JARGON, "Einfacher: „Kurs oder Treffen“."),
        ("Für unsere Klientinnen.", Kind.JARGON, "„Klientinnen“"),
        ("Mit ganzheitlichen Übungen.", Kind.JARGON, "für Körper und Seele"),
        ("Bringen Sie z. B. Wasser mit.", Kind.JARGON, "zum Beispiel"),
        ("Es wird gemeinsam geübt.", Kind.PASSIVE, "„wird gemeinsam geübt“: Sagen Sie, wer etwas tut."),
        ("Dort werden Wege trainiert.", Kind.PASSIVE, "trainiert"),
        ("Beratung, Vermittlung und Betreuung.", Kind.NOUNS, "Beratung, Vermittlung, Betreuung"),
    ],
)
def test_what_is_hard_is_named_with_a_way_out(text, kind, words):
    (hint,) = find_hints(text)
    assert hint.kind is kind
    assert words in str(hint.message)


def test_a_word_in_a_longer_one_is_not_meant():
    assert Kind.JARGON not in kinds("Der Modulbau ist da. Die Bedarfsampel steht.")


def test_a_dot_of_an_abbreviation_or_a_number_ends_no_sentence():
    assert sentences("Am 3. Mai gehen wir z. B. baden. Kommen Sie!") == [
        "Am 3. Mai gehen wir z. B. baden",
        "Kommen Sie",
    ]


def test_hints_are_few_and_words_of_the_trade_come_first():
    text = f"Maßnahme, Klient, Setting, Modul, Bedarf und Teilhabe. {LONG}"
    assert kinds(text) == [Kind.JARGON] * MOST_HINTS


def test_every_word_of_the_trade_has_another_to_use():
    assert len(jargon()) > 60
    assert [pattern.pattern for pattern, instead in jargon() if not instead] == []


def test_an_endless_text_is_looked_at_at_once():
    assert find_hints("a" * 20_000 + " wird " + "b" * 20_000) != []
