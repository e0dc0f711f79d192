"""Define the interface of every engine, in this process, in a worker or on a cluster, and of a kind of job."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from meddx.types import (
    Box,
    DrawableImage,
    EngineStatus,
    Explanation,
    Image,
    ImageHeader,
    JobState,
    JobStatus,
    Prediction,
    Progress,
    Refusal,
    StoredFrame,
    no_progress,
)

if TYPE_CHECKING:
    from meddx.evaluate.ood_detector import OodDetector
    from meddx.explain.map_limits import MapLimits
    from meddx.explain.methods.explainer import Explainer
    from meddx.explain.methods.grad_cam import GradCam
    from meddx.model.loading import LoadedModel

EVALUATE = "evaluate"
"""The kind of job that measures a model on labelled images, the only one with stored results and images."""

ARCHIVE_GONE = "archive-gone"
"""The rule by which the next part of an archive is refused that the engine does not hold any more: send it again."""

READ_SCORES, COMPARE = "read_scores", "compare"
"""The kinds of job that read a file of scores, and that compare systems."""

MAP_CHECK, QUICK_MAP_CHECK = "map_check", "quick_map_check"
"""The kinds of job that check one heat map: with all measures, and with those that take a few forward passes."""

MAP_GALLERY = "map_gallery"
"""The kind of job that draws an image under the maps of several methods."""

BACKGROUND_BATCH = 2
"""Inputs of one pass in the background: as long as that takes, a prediction asked for meanwhile may have to wait."""

OWNER_HEADER = "meddx-owner"
"""Of a request to a worker: who asks, in ASCII; each owner has a share of the engine."""

UPLOAD_HEADER = "meddx-upload"
"""Of an upload to a worker: its UploadKind."""

ARCHIVE_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
"""How a ZIP archive begins, and an empty one, APPNOTE 4.3.7 and 4.3.16."""

Record = Mapping[str, str]
"""What is known of a patient, by the name of a card's field, as text."""

UploadKind = Literal["images", "model", "scores"]
"""What an upload holds; images are de-identified where the settings say so."""

UploadedFile = tuple[str, Iterable[bytes | memoryview]]
"""A file's name, perhaps with folders, and its content in pieces."""


@dataclass(frozen=True)
class Diagnosis:
    """An image ready to draw, with one model's prediction for it or the reason why there is none."""

    image: DrawableImage
    answer: Prediction | Refusal


@dataclass(frozen=True)
class DeidentifiedFile:
    """An image file without what identifies its patient.

    suffix: of its name, ".dcm" or ".png". boxes: where text was found in the pixels of any frame, and masked in all;
    asks: whether nothing is masked yet, and a reader is to say what shall be.
    """

    data: bytes
    suffix: str
    boxes: tuple[Box, ...] = ()
    asks: bool = False


@dataclass(frozen=True)
class ArchiveMember:
    """A file of an archive: its path in there, and its bytes or the reason why it is not unpacked."""

    name: str
    data: bytes
    refusal: Refusal | None = None


@dataclass(frozen=True)
class UnpackedPart:
    """Some of the files of an archive.

    next: the `start` of the next part, `total` after the last. total: number of files. is_medium: whether the archive
    holds a DICOMDIR, so that it may hold a viewer's programs beside the images. held: names the archive to the engine,
    which holds it for the next part; "" where that part needs the archive again.
    """

    members: tuple[ArchiveMember, ...]
    next: int
    total: int
    is_medium: bool
    held: str = ""


@dataclass(frozen=True)
class StoredJob:
    """A job whose record and result outlive the process.

    arguments, result: JSON. created, ended: seconds since 1970, or 0.
    """

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
        """Return the status of the job, as Engine.job does."""
        return JobStatus(self.id, self.kind, self.state, self.done, self.total, None, self.message, self.result)

    @property
    def unfinished(self) -> bool:
        """Return whether the job waits or runs, or did when its process died."""
        return self.state in ("waiting", "running")


@dataclass(frozen=True)
class EvaluationResult:
    """The result of an evaluation job.

    predictions: a Parquet file, see meddx.evaluate.predictions. refused: case id -> why it was not measured.
    """

    predictions: bytes
    refused: dict[str, Refusal]


class Engine(Protocol):
    """The interface of every engine.

    Safe to call from many threads. `data` is the bytes of one file, `frame` zero-based. `model` is an id under models/,
    or the key of a card (Card.key): then only that very card answers, and CardError says that it was replaced.

    Every method may raise EngineUnavailable; image, thumbnail and diagnose raise Refused for bytes that are no readable
    image;
    predict and diagnose raise CardError for a model that is not installed or cannot be used.
    """

    def status(self) -> EngineStatus:
        """Return the state of the engine; never blocks on work in progress."""

    def image(self, data: bytes, frame: int = 0) -> DrawableImage:
        """Return the frame, ready to draw."""

    def thumbnail(self, data: bytes, side: int, frame: int = 0) -> bytes:
        """Return the frame as JPEG in the file's window, at most `side` pixels long."""

    def header(self, data: bytes) -> ImageHeader:
        """Return what the file says of patient, study and series; an empty header for a file that says nothing.

        Raises Refused for a DICOM file that cannot be read.
        """

    def deidentify(self, data: bytes) -> DeidentifiedFile:
        """Return an image file without what identifies its patient, as the settings say.

        Takes about a second for each million pixels. Raises Refused for what is no image or may not pass, and where
        the settings de-identify nothing.
        """

    def mask_text(self, data: bytes, boxes: tuple[Box, ...]) -> bytes:
        """Return a file that `deidentify` asked about with these boxes masked. Raises Refused."""

    def unpack(self, archive: bytes, room: int, start: int = 0, held: str = "") -> UnpackedPart:
        """Return files of a ZIP archive, from number `start` on, as many as cross the seam well at a time.

        room: bytes that may yet be held of its images; those beyond are refused one by one, as is what is no image.
        held: of the part before, in place of the archive. Raises Refused for an archive that cannot be opened, is
        encrypted, or exceeds the limits of archives, and ARCHIVE_GONE where it is not held any more.
        """

    def predict(
        self,
        data: bytes,
        model: str,
        frame: int = 0,
        *,
        record: Record | None = None,
        note: str = "",
        hurry: bool = True,
    ) -> Prediction:
        """Return the model's prediction with a heat map for every label.

        record: values by the names of the card's fields, as text; any may be missing. note: "" for none. hurry: whether
        somebody waits for it at a screen, so that jobs are held back meanwhile. Raises Refused also where the card does
        not accept the image, or takes no such field, or no note.
        """

    def diagnose(
        self, data: bytes, model: str, frame: int = 0, *, record: Record | None = None, note: str = ""
    ) -> Diagnosis:
        """Return the frame, ready to draw, and the model's prediction in one call, decoding once.

        An image that the card does not accept is still drawn.
        """

    def explain(
        self, data: bytes, model: str, method: str, frame: int = 0, *, record: Record | None = None, note: str = ""
    ) -> Explanation:
        """Return the maps of every label by a method of meddx.explain.methods, with record and note held fixed.

        Raises Refused like predict, and for an unknown method. Takes as long as the method takes, beside predictions;
        the job "explain" does the same with progress, gives way to them, and can be cancelled.
        """

    def start(self, kind: str, arguments: Mapping[str, Any]) -> str:
        """Start a job of a kind in meddx.engine.job_kinds and return its id, which cannot be guessed.

        Waits neither for the job nor for an engine that is not up. Raises Refused for an unknown kind, where too many
        jobs wait, of all or of who asks, and where the disk has no room for it.
        """

    def job(self, id: str) -> JobStatus:
        """Return the status of a job; never waits.

        Raises Refused ("no-job") for one that is not known, or not any more.
        """

    def cancel(self, id: str) -> None:
        """Ask a job to end soon, if it has not ended.

        Raises Refused ("no-job").
        """

    def upload(self, files: Iterable[UploadedFile], kind: UploadKind = "images") -> str:
        """Store files for jobs that take `upload` and return their token, which cannot be guessed.

        Where the settings say so, images and the table that lists them are de-identified first, and whatever else is
        among them is refused. They stay until a job takes them, discard_upload, the end of the server, or some hours.
        Raises Refused for a name that leads outside the upload's folder, and where the disk, or the share of who asks,
        has no room for them; then nothing of them is left.
        """

    def discard_upload(self, token: str) -> None:
        """Remove an upload that no job has taken or reads; does nothing where there is none."""

    def jobs(self) -> tuple[StoredJob, ...]:
        """Return the jobs of stored kinds, of this and earlier processes, the newest first."""

    def job_record(self, id: str) -> StoredJob:
        """Return the record of one stored job.

        Raises Refused ("no-job").
        """

    def job_result(self, id: str) -> EvaluationResult:
        """Return the result of an evaluation.

        Raises Refused where there is none.
        """

    def job_case(self, id: str, case: str) -> StoredFrame:
        """Return the image of one case of an evaluation.

        Raises Refused once its file is not there any more.
        """

    def remove_job(self, id: str) -> None:
        """Remove a stored job with all that it kept; a running one ends soon.

        Raises Refused ("no-job").
        """


class JobContext(Protocol):
    """The part of the service that a kind of job may use.

    Safe to call from many threads. Each method raises Refused for an image that cannot be read or is not accepted,
    CardError for a model that cannot be used.
    """

    def loaded(self, model: str) -> "LoadedModel":
        """Return the loaded model, which must not be changed."""

    def answers(self, model: str) -> "GradCam":
        """Return the model's compiled pass; what it sees begins with the layer of the model's OodDetector."""

    def map_limits(self, model: str) -> "MapLimits | None":
        """Return the limits of the check that were set on the model's own images, None where there are none."""

    def ood_detector(self, model: str) -> "OodDetector | None":
        """Return what tells images unlike the model's training images, None where it has none."""

    def read(self, data: bytes, frame: int = 0) -> Image:
        """Return the decoded frame, and keep it for the next request."""

    def decode(self, data: bytes, frame: int = 0) -> Image:
        """Return the decoded frame, and keep nothing: for one of thousands."""

    def predict(self, data: bytes, model: str, frame: int = 0) -> Prediction:
        """Return what Engine.predict returns."""

    def explain(
        self,
        data: bytes,
        model: str,
        method: str,
        frame: int = 0,
        progress: Progress = no_progress,
        *,
        record: Record | None = None,
        note: str = "",
    ) -> Explanation:
        """Return what Engine.explain returns, reporting progress."""

    def explainer(self, model: str, method: str, *, record: Record | None = None, note: str = "") -> "Explainer":
        """Return one of the model's compiled methods, with record and note held fixed.

        Raises Refused for an unknown one.
        """

    def pass_in_background(
        self, model: str, inputs: NDArray[np.float32], *, record: Record | None = None, note: str = ""
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return logits (n, labels) and Grad-CAM maps (n, labels, rows, columns); predictions asked for go first.

        inputs: float32 (n, height, width, channels), network inputs.
        """


class Cancelled(Exception):
    """Raised where a job was cancelled.

    A kind lets it pass, after releasing what it holds.
    """


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
