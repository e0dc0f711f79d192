"""What lies beyond a probability: is the image one that the model knows, and which known cases are like it."""

from meddx.model.card import Card
from meddx.types import Prediction, Refusal
from pages.ui.diagnose import similar_cases


def render_case_context(answer: Prediction | Refusal | None, card: Card) -> None:
    """What stands under the image once the model has answered."""
    if isinstance(answer, Prediction):
        similar_cases.render_similar_cases(answer, card)
