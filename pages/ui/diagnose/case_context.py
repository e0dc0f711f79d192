"""What puts a prediction into context, below the image: labelled cases that are similar to it."""

from meddx.model.card import Card
from meddx.types import Prediction, Refusal
from pages.ui.diagnose import similar_cases


def render_case_context(answer: Prediction | Refusal | None, card: Card) -> None:
    """Draw the context of an answer; nothing while there is none, or where the model refused."""
    if isinstance(answer, Prediction):
        similar_cases.render_similar_cases(answer, card)
