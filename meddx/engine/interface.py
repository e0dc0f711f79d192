"""What the engine answers, whoever holds it: this process, a local worker or a cluster."""

from dataclasses import dataclass
from typing import Protocol

from meddx.types import DrawableFilm, EngineStatus, Prediction, Refusal


@dataclass(frozen=True)
class Diagnosis:
    """A film ready to draw, and what one model says of it or why it will not."""

    film: DrawableFilm
    answer: Prediction | Refusal


class Engine(Protocol):
    """Safe to call from many threads. `data` is the bytes of one file, `model` an id under models/, `frame` zero-based.

    Every method may raise EngineUnavailable; film and diagnose raise Refused for bytes that are no readable film;
    predict and diagnose raise CardError for a model that is not installed or cannot be used.
    """

    def status(self) -> EngineStatus:
        """State of the engine; never blocks on work in progress."""

    def film(self, data: bytes, frame: int = 0) -> DrawableFilm:
        """The frame, ready to draw."""

    def predict(self, data: bytes, model: str, frame: int = 0) -> Prediction:
        """The model's answer with a heat map for every label. Raises Refused also where the card does not accept it."""

    def diagnose(self, data: bytes, model: str, frame: int = 0) -> Diagnosis:
        """Both in one call, decoding once. A film that the card does not accept is still drawn."""
