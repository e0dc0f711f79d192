"""What an answer is said to go without."""

from meddx.model.beside_image import sentences
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
