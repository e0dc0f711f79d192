"""Read images, run models on them and manage jobs in this process."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meddx.config import models_dir
from meddx.engine import evaluation_job, uploads
from meddx.engine.answers import answer
from meddx.engine.contract import (
    DeidentifiedFile,
    Diagnosis,
    EvaluationResult,
    Record,
    StoredJob,
    UnpackedPart,
    UploadedFile,
    UploadKind,
)
from meddx.engine.image_cache import ImageCache
from meddx.engine.isolated_unpacking import IsolatedUnpacker
from meddx.engine.job_kinds import JOB_KINDS
from meddx.engine.job_runner import JobRunner
from meddx.engine.job_store import JobStore
from meddx.engine.load_attempts import LoadAttempts
from meddx.engine.loaded_models import LoadedModels
from meddx.engine.reading_deidentification import ReadingDeidentifier
from meddx.engine.unpacking import unpack
from meddx.engine.unused_memory import Holder, drop_unused_until
from meddx.errors import Refused
from meddx.evaluate.ood_detector import OodDetector
from meddx.explain.colour_scale import colour_scale
from meddx.explain.map_limits import MapLimits
from meddx.explain.map_record import own_limits, read_record
from meddx.explain.methods import METHODS
from meddx.explain.methods.explainer import Explainer
from meddx.explain.methods.grad_cam import GradCam
from meddx.imaging.image_header import image_header
from meddx.imaging.isolated_reading import IsolatedReader
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.imaging.thumbnail import thumbnail_jpeg
from meddx.model import acceptance, beside_image
from meddx.model.loading import LoadedModel
from meddx.types import (
    Box,
    DrawableImage,
    EngineStatus,
    Explanation,
    Image,
    ImageHeader,
    JobStatus,
    Prediction,
    Progress,
    Refusal,
    StoredFrame,
    no_progress,
)


class Service:
    """An implementation of meddx.engine.contract.Engine in this process.

    Safe to call from many threads; close() after use.

    A model is loaded by the first request that needs it or by `warm`, whichever comes first; a request for a model that
    is being loaded waits for it. Raises CardError for a model that is not installed or cannot be used. attempts: record
    of earlier processes that ended while they loaded a model. isolated: whether images are decoded in processes of
    their own, as those must be that come from others. same_bits: not 0 where an answer is to be the same to the last
    bit on every machine of a kind and whatever else is asked meanwhile: each image has a pass of its own then, by
    TensorFlow, and so many passes run at a time; an operation must have one core (meddx.model.tensorflow_startup).
    cluster: address of the Ray cluster whose replicas run the passes, so too, None for this process.
    """

    def __init__(
        self,
        directory: Path | None = None,
        attempts: LoadAttempts | None = None,
        *,
        isolated: bool = False,
        same_bits: int = 0,
        cluster: str | None = None,
    ) -> None:
        self.directory = models_dir() if directory is None else directory
        self._models = LoadedModels(self.directory, attempts or LoadAttempts(), same_bits=same_bits, cluster=cluster)
        self._lock = threading.Lock()
        self._warm = False
        self._reader = IsolatedReader() if isolated else None
        self._unpacker = IsolatedUnpacker() if isolated else None
        self._children = [one for one in (self._reader, self._unpacker) if one is not None]
        self._images = ImageCache(read=self._read_once)
        self._deidentifier = ReadingDeidentifier()
        self._closed = threading.Event()
        self._answering = 0
        self._jobs = JobRunner(self, JOB_KINDS, lambda: self._answering > 0, JobStore())

    def warm(self) -> None:
        """Load every installed model and compile its forward pass.

        Meanwhile the process starts that decodes the first image. Then, where that was not done on this machine, it is
        measured what runs each fastest.
        """
        if self._reader is not None:
            threading.Thread(target=self._reader.warm, name="decoder", daemon=True).start()
        self._models.warm()
        self._warm = True
        self._models.choose_runtimes(self._closed)

    def load(self, model: str) -> None:
        """Load one model now."""
        self._models.find(model).ready()

    def loaded(self, model: str) -> LoadedModel:
        """Return the loaded model, which must not be changed."""
        return self._models.find(model).network

    def answers(self, model: str) -> GradCam:
        """Return the model's compiled pass, as meddx.engine.answer_pass.AnswerPass describes it."""
        return self._models.find(model).compiled_pass

    def ood_detector(self, model: str) -> OodDetector | None:
        """Return what tells images unlike the model's training images, None where it has none."""
        return self._models.find(model).ready().references.statistics

    def status(self) -> EngineStatus:
        """Return the state, "ready" once `warm` is through; never blocks on work in progress."""
        return EngineStatus(
            state="ready" if self._warm else "warming",
            loaded=tuple(model.card.id for model in self._models if model.answers is not None),
            failed=self._models.failed,
        )

    def read(self, data: bytes, frame: int = 0) -> Image:
        """Return the decoded frame.

        Raises Refused.
        """
        return self._images.read(data, frame).image

    def decode(self, data: bytes, frame: int = 0) -> Image:
        """Return the decoded frame and keep nothing.

        What takes too long is tried once more: nobody waits at a screen, and a busy machine may have kept it waiting.
        Raises Refused.
        """
        try:
            return self._read_once(data, frame)
        except Refused as refused:
            if refused.rule != "decoder-hung":
                raise
        return self._read_once(data, frame)

    def image(self, data: bytes, frame: int = 0) -> DrawableImage:
        """Return the frame, ready to draw."""
        with self._in_a_hurry():
            return self._images.read(data, frame).drawn().result()

    def thumbnail(self, data: bytes, side: int, frame: int = 0) -> bytes:
        """Return the frame as JPEG in the file's window, at most `side` pixels long."""
        return thumbnail_jpeg(self.read(data, frame), side)

    def header(self, data: bytes) -> ImageHeader:
        """Return what the file says of patient, study and series."""
        return image_header(data)

    def deidentify(self, data: bytes) -> DeidentifiedFile:
        """Return an image file without what identifies its patient.

        Raises Refused.
        """
        return self._deidentifier.deidentify(data)

    def mask_text(self, data: bytes, boxes: tuple[Box, ...]) -> bytes:
        """Return a file that `deidentify` asked about with these boxes masked.

        Raises Refused.
        """
        return self._deidentifier.mask_text(data, boxes)

    def unpack(self, archive: bytes, room: int, start: int = 0, held: str = "") -> UnpackedPart:
        """Return files of a ZIP archive, from number `start` on.

        Raises Refused.
        """
        if self._unpacker is None:
            return unpack(archive, room, start)
        return self._unpacker.unpack(archive, room, start, held)

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

        hurry: whether somebody waits for it at a screen. Raises Refused also where the card does not accept the image,
        or takes no such field, or no note.
        """
        with self._in_a_hurry() if hurry else nullcontext():
            asked = self._models.find(model)
            beside_image.check_taken(asked.card, record or {}, note)
            return answer(self.read(data, frame), asked, record or {}, note)

    def diagnose(
        self, data: bytes, model: str, frame: int = 0, *, record: Record | None = None, note: str = ""
    ) -> Diagnosis:
        """Return the frame, ready to draw, and the model's prediction in one call.

        The image is compressed for drawing while the model runs.
        """
        with self._in_a_hurry():
            asked = self._models.find(model)
            read = self._images.read(data, frame)
            drawn = read.drawn()
            said: Prediction | Refusal
            try:
                beside_image.check_taken(asked.card, record or {}, note)
                said = answer(read.image, asked, record or {}, note)
            except Refused as refused:
                said = Refusal(refused.rule, refused.reason)
            return Diagnosis(drawn.result(), said)

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
        """Return the maps of every label by one method, with record and note held fixed.

        Raises Refused like predict, and for an unknown method.
        """
        asked = self._models.find(model)
        beside_image.check_taken(asked.card, record or {}, note)
        explainer = asked.explainer(method, record or {}, note)
        image = self.read(data, frame)
        acceptance.check_accepted(asked.card, image)
        prepared, placement = model_input(image, asked.card.input)
        names = [label.name for label in asked.card.labels]
        maps = explainer(prepared[np.newaxis], range(len(names)), progress)[0]
        return Explanation(
            model=asked.card.id,
            version=asked.card.version,
            method=method,
            maps=dict(zip(names, maps, strict=True)),
            units=METHODS[method].units,
            signed=METHODS[method].signed,
            scale=colour_scale(method, asked.card, read_record(asked.folder, asked.card)),
            placement=placement,
        )

    def map_limits(self, model: str) -> MapLimits | None:
        """Return the limits of the check that were set on the model's own images, None where there are none."""
        asked = self._models.find(model)
        return own_limits(asked.folder, asked.card)

    def explainer(self, model: str, method: str, *, record: Record | None = None, note: str = "") -> Explainer:
        """Return one of the model's compiled methods, with record and note held fixed.

        Raises Refused for an unknown one.
        """
        return self._models.find(model).explainer(method, record or {}, note)

    def pass_in_background(
        self, model: str, inputs: NDArray[np.float32], *, record: Record | None = None, note: str = ""
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return logits (n, labels) and Grad-CAM maps (n, labels, rows, columns); predictions asked for go first."""
        asked = self._models.find(model)
        answers = asked.batcher  # loads the model
        beside = []
        if asked.beside is not None:
            context = asked.beside.context(record or {}, note) if record or note else asked.beside.absent
            beside = [np.repeat(context, len(inputs), axis=0)]
        logits, maps, *_ = answers.in_background(inputs, *beside)
        return logits, maps

    def start(self, kind: str, arguments: Mapping[str, Any], owner: str = "") -> str:
        """Start a job and return its id. owner: who has a share of the jobs, "" for one that nobody else has.

        Raises Refused.
        """
        return self._jobs.start(kind, arguments, owner)

    def job(self, id: str) -> JobStatus:
        """Return the status of a job.

        Raises Refused.
        """
        return self._jobs.status(id)

    def cancel(self, id: str) -> None:
        """Ask a job to end soon.

        Raises Refused.
        """
        self._jobs.cancel(id)

    def upload(self, files: Iterable[UploadedFile], kind: UploadKind = "images", owner: str = "") -> str:
        """Store files for jobs that take `upload` and return the upload's token. owner: who has a share of the disk.

        Raises Refused.
        """
        if kind == "images":
            fields = [field for model in self._models for field in model.card.fields]
            files = self._deidentifier.upload(files, fields)
        return uploads.store_upload(files, owner)

    def discard_upload(self, token: str) -> None:
        """Remove an upload that no job has taken or reads."""
        uploads.discard_upload(token)

    def jobs(self) -> tuple[StoredJob, ...]:
        """Return the jobs of stored kinds, the newest first."""
        return self._jobs.records()

    def job_record(self, id: str) -> StoredJob:
        """Return the record of one stored job.

        Raises Refused.
        """
        return self._jobs.record(id)

    def job_result(self, id: str) -> EvaluationResult:
        """Return the result of an evaluation.

        Raises Refused.
        """
        return evaluation_job.read_result(self._jobs.record(id))

    def job_case(self, id: str, case: str) -> StoredFrame:
        """Return the image of one case of an evaluation.

        Raises Refused.
        """
        return evaluation_job.read_case(self._jobs.record(id), self.directory, case)

    def remove_job(self, id: str) -> None:
        """Remove a stored job with all that it kept.

        Raises Refused.
        """
        self._jobs.remove(id)

    def recover(self) -> None:
        """Resume stored jobs whose process has died and remove old ones, until `close`; meant for a server thread."""
        self._jobs.recover()

    def drop_unused(self) -> None:
        """Drop images and decoders that nobody has used lately, until `close`; meant for a server thread."""
        holders: list[Holder] = [self._images, self._deidentifier, *self._children]
        drop_unused_until(self._closed, holders)

    def close(self) -> None:
        """Stop the threads; jobs end at their next call of `progress`."""
        self._closed.set()
        self._jobs.close()
        self._images.close()
        self._deidentifier.close()
        for children in self._children:
            children.close()
        self._models.close()

    def _read_once(self, data: bytes, frame: int) -> Image:
        return read_image(data, frame) if self._reader is None else self._reader.read(data, frame)

    @contextmanager
    def _in_a_hurry(self) -> Iterator[None]:
        """Hold jobs back while a user waits for an answer."""
        with self._lock:
            self._answering += 1
        try:
            yield
        finally:
            with self._lock:
                self._answering -= 1
