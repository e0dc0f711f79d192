"""What the engine answers, whoever holds it: this process, a local worker or a cluster; and what a kind of job is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from meddx.types import (
    DrawableImage,
    EngineStatus,
    Explanation,
    Image,
    JobState,
    JobStatus,
    Prediction,
    Progress,
    Refusal,
    StoredFrame,
    no_progress,
)

if TYPE_CHECKING:
    from meddx.model.loading import LoadedModel

EVALUATE = "evaluate"
"""The kind of job that measures a model on labelled images: the one whose results and images can be asked for."""

UploadedFile = tuple[str, Iterable[bytes | memoryview]]
"""A file's name, perhaps with folders, and its content in pieces."""


@dataclass(frozen=True)
class Diagnosis:
    """An image ready to draw, and what one model says of it or why it will not."""

    image: DrawableImage
    answer: Prediction | Refusal


@dataclass(frozen=True)
class StoredJob:
    """A job of a kind that outlives its process. arguments, result: JSON. created, ended: seconds since 1970, or 0."""

    id: str
    kind: str
    arguments: dict[str, Any]
    state: JobState
    created: float
    ended: float = 0.0
    done: int = 0
    total: int = 0
    message: str = ""
    result: Any = None

    def status(self) -> JobStatus:
        """Return how far it is, as Engine.job does."""
        return JobStatus(self.id, self.kind, self.state, self.done, self.total, None, self.message, self.result)

    @property
    def unfinished(self) -> bool:
        """Whether it waits or runs, or did when its process died."""
        return self.state in ("waiting", "running")


@dataclass(frozen=True)
class EvaluationResult:
    """predictions: a Parquet file, see meddx.evaluate.predictions. refused: case id -> why it was not measured."""

    predictions: bytes
    refused: dict[str, Refusal]


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
        """Begin a job of a kind in meddx.engine.job_kinds and return its id, which cannot be guessed.

        Waits neither for it nor for an engine that is not up. Raises Refused for an unknown kind, where too many jobs
        wait, and where the disk has no room for it.
        """

    def job(self, id: str) -> JobStatus:
        """Return how far it is; never waits. Raises Refused ("no-job") for one that is not known, or not any more."""

    def cancel(self, id: str) -> None:
        """Have it end soon, if it has not ended. Raises Refused ("no-job")."""

    def upload(self, files: Iterable[UploadedFile]) -> str:
        """Store files for jobs that take `upload` and return what to call them by, which cannot be guessed.

        They stay until a job takes them, or some hours. Raises Refused for a name that leads elsewhere and where the
        disk has no room for them; then nothing of them is left.
        """

    def jobs(self) -> tuple[StoredJob, ...]:
        """Return the jobs of stored kinds, of this and earlier processes, the newest first."""

    def job_record(self, id: str) -> StoredJob:
        """Return one of them. Raises Refused ("no-job")."""

    def job_result(self, id: str) -> EvaluationResult:
        """Return what an evaluation found. Raises Refused where that is not there."""

    def job_case(self, id: str, case: str) -> StoredFrame:
        """Return the image of one case of an evaluation. Raises Refused once its file is not there any more."""

    def remove_job(self, id: str) -> None:
        """Forget a stored job with all that it kept; one that runs ends soon. Raises Refused ("no-job")."""


class JobContext(Protocol):
    """What a kind of job may use of the service. Safe to call from many threads.

    Each raises Refused for an image that cannot be read or is not accepted, CardError for a model that cannot be used.
    """

    def loaded(self, model: str) -> "LoadedModel":
        """Return the network in use, to be read and not to be changed."""

    def read(self, data: bytes, frame: int = 0) -> Image:
        """Return the frame, decoded."""

    def predict(self, data: bytes, model: str, frame: int = 0) -> Prediction:
        """As Engine.predict."""

    def explain(
        self, data: bytes, model: str, method: str, frame: int = 0, progress: Progress = no_progress
    ) -> Explanation:
        """As Engine.explain, with progress."""


class Cancelled(Exception):
    """The job was cancelled. A kind lets it pass, having put away what it holds."""


@dataclass(frozen=True)
class JobKind:
    """One kind of job.

    run: given the service, the arguments of `start` and `progress`, returns plain data that crosses the seam
        (meddx.engine.serialization). It calls `progress` several times a second: that is where it gives way to other
        work, and where Cancelled is raised. It may raise Refused: the job has then failed for that reason.
    stored: arguments and result are JSON, and the arguments gain `folder`, a pathlib.Path of the job's own. When the
        process dies, `run` is called again with the same arguments and folder, and goes on from what it put there.
    """

    run: Callable[[JobContext, Mapping[str, Any], Progress], object]
    stored: bool = False
