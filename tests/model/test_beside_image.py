"""What an answer is said to go without."""

from meddx.model.beside_image import given_sentence, sentences
from meddx.model.card import Card
from meddx.model.record_fields import NumberField
from meddx.types import Contributions


def test_titles_keep_their_abbreviations_within_a_sentence():
    titles = {"hba": "HbA1c", "bmi": "BMI", "age": "Age", "side": "Side of the LV"}
    fields = tuple(NumberField(kind="number", name=n, title=t, low=0, high=1) for n, t in titles.items())
    shared = Contributions(
        faults=dict.fromkeys(titles, "missing"), has_note=False, shares={}, words=(), unread=0, fields_exact=True,
        words_error=0.0,
    )  # fmt: skip
    said = sentences(Card.model_construct(fields=fields, note=None), shared)
    assert said == ("Answered without HbA1c, BMI, age and side of the LV.",)


def test_what_was_given_is_named_without_values():
    fields = tuple(NumberField(kind="number", name=n, title=n.title(), low=0, high=1) for n in ("age", "weight"))
    card = Card.model_construct(fields=fields, note=None)
    assert given_sentence(card, Contributions({"age": "missing"}, True, {})) == "Answered with weight and a note."
    missing = dict.fromkeys(("age", "weight"), "missing")
    assert given_sentence(card, Contributions(missing, False, {})) == "Answered from the image alone."
