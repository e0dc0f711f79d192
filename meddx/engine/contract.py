"""What the engine answers, whoever holds it: this process, a local worker or a cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from meddx.types import DrawableImage, EngineStatus, Explanation, JobStatus, Prediction, Refusal


@dataclass(frozen=True)
class Diagnosis:
    """An image ready to draw, and what one model says of it or why it will not."""

    image: DrawableImage
    answer: Prediction | Refusal


class Engine(Protocol):
    """Safe to call from many threads. `data` is the bytes of one file, `model` an id under models/, `frame` zero-based.

    Every method may raise EngineUnavailable; image and diagnose raise Refused for bytes that are no readable image;
    predict and diagnose raise CardError for a model that is not installed or cannot be used.
    """

    def status(self) -> EngineStatus:
        """State of the engine; never blocks on work in progress."""

    def image(self, data: bytes, frame: int = 0) -> DrawableImage:
        """The frame, ready to draw."""

    def predict(self, data: bytes, model: str, frame: int = 0) -> Prediction:
        """The model's answer with a heat map for every label. Raises Refused also where the card does not accept it."""

    def diagnose(self, data: bytes, model: str, frame: int = 0) -> Diagnosis:
        """Both in one call, decoding once. An image that the card does not accept is still drawn."""

    def explain(self, data: bytes, model: str, method: str, frame: int = 0) -> Explanation:
        """Maps of every label by a method of meddx.explain.methods. Raises Refused like predict, and for no method.

        Takes as long as the method takes, beside predictions; the job "explain" does the same with progress, gives way
        to them, and can be cancelled.
        """

    def start(self, kind: str, arguments: Mapping[str, Any]) -> str:
        """Begin a job of a kind in meddx.engine.job_kinds and return its id, which cannot be guessed; never waits for
        it.

        Raises Refused for an unknown kind and where too many jobs wait.
        """

    def job(self, id: str) -> JobStatus:
        """How far it is; never waits. Raises Refused ("no-job") for one that is not known, or not any more."""

    def cancel(self, id: str) -> None:
        """Have it end soon, if it has not ended. Raises Refused ("no-job")."""
