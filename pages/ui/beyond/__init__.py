"""What lies beyond a probability: is the film one that the model knows, and which known cases are like it."""

from meddx.model.card import Card
from meddx.types import Prediction, Refusal
from pages.ui.beyond import neighbours


def below(answer: Prediction | Refusal | None, card: Card) -> None:
    """What stands under the film once the model has answered."""
    if isinstance(answer, Prediction):
        neighbours.show(answer, card)
