"""Read images, run models on them and manage jobs in this process."""

import logging
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meddx.config import models_dir
from meddx.engine import evaluation_job, uploads
from meddx.engine.batching import Batcher, BatchOutput
from meddx.engine.beside_answers import BesideAnswers
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
from meddx.engine.explainer_cache import ExplainerCache
from meddx.engine.image_cache import ImageCache
from meddx.engine.isolated_unpacking import unpack_isolated
from meddx.engine.job_kinds import JOB_KINDS
from meddx.engine.job_runner import JobRunner
from meddx.engine.job_store import JobStore
from meddx.engine.load_attempts import LoadAttempts
from meddx.engine.model_references import ModelReferences, read_model_references
from meddx.engine.reading_deidentification import ReadingDeidentifier
from meddx.engine.unpacking import unpack
from meddx.engine.unused_memory import Holder, drop_unused_until
from meddx.errors import CardError, Refused
from meddx.evaluate.cautions import NOT_CALIBRATED
from meddx.evaluate.ood_detector import OodDetector
from meddx.explain.colour_scale import colour_scale
from meddx.explain.map_limits import MapLimits
from meddx.explain.map_record import own_limits, read_record
from meddx.explain.methods import METHODS
from meddx.explain.methods.explainer import Explainer
from meddx.explain.methods.grad_cam import LARGEST_BATCH, GradCam
from meddx.imaging.image_header import image_header
from meddx.imaging.isolated_reading import IsolatedReader
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.imaging.thumbnail import thumbnail_jpeg
from meddx.model import acceptance, beside_image, postprocessing
from meddx.model.card import Card
from meddx.model.loading import LoadedModel, load_model
from meddx.model.registry import find_model, folder_state, list_models, model_folders
from meddx.types import (
    Box,
    DrawableImage,
    EngineStatus,
    Explanation,
    Image,
    ImageHeader,
    JobStatus,
    OodScore,
    Placement,
    Prediction,
    Progress,
    Refusal,
    StoredFrame,
    no_progress,
)

_log = logging.getLogger(__name__)

CUT = "The model sees the middle of this image: what lies beyond its square input was cut off."
NEGATIVE = (
    "This image looks like a negative: with its grey values inverted it is like the images that this model suits. "
    "Its Photometric Interpretation may be wrong; see the original, or save it inverted and add it again."
)
_MOST_REASON = 200
"""Characters of an error's own text: Keras repeats whole networks in some."""


@dataclass
class _Model:
    """An installed model and, once it is loaded, the batcher that runs it."""

    folder: Path
    card: Card
    state: object
    """Of the folder's files, before the card was read (meddx.model.registry.folder_state)."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    answers: Batcher | None = None
    loaded: LoadedModel | None = None
    explainers: ExplainerCache | None = None
    beside: BesideAnswers | None = None
    """Of a model that takes a record or a note."""
    references: ModelReferences = field(default_factory=ModelReferences)
    failed: CardError | None = None


class Service:
    """An implementation of meddx.engine.contract.Engine in this process.

    Safe to call from many threads; close() after use.

    A model is loaded by the first request that needs it or by `warm`, whichever comes first; a request for a model that
    is being loaded waits for it. Raises CardError for a model that is not installed or cannot be used. attempts: record
    of earlier processes that ended while they loaded a model. isolated: whether images are decoded in processes of
    their own, as those must be that come from others.
    """

    def __init__(
        self, directory: Path | None = None, attempts: LoadAttempts | None = None, *, isolated: bool = False
    ) -> None:
        self._attempts = attempts or LoadAttempts()
        self.directory = models_dir() if directory is None else directory
        self._lock = threading.Lock()
        states = {folder: folder_state(folder) for folder in model_folders(self.directory)}
        installed = list_models(self.directory)
        self._models = {
            model.card.id: _Model(model.folder, model.card, states.get(model.folder)) for model in installed.models
        }
        self._refused = installed.refused
        self._warm = False
        self._reader = IsolatedReader() if isolated else None
        self._images = ImageCache(read=self._read_once)
        self._deidentifier = ReadingDeidentifier()
        self._closed = threading.Event()
        self._answering = 0
        self._jobs = JobRunner(self, JOB_KINDS, lambda: self._answering > 0, JobStore())

    def warm(self) -> None:
        """Load every installed model and compile its forward pass.

        The smallest come first, but those that ended an earlier process come last. Meanwhile the process starts that
        decodes the first image.
        """
        if self._reader is not None:
            threading.Thread(target=self._reader.warm, name="decoder", daemon=True).start()
        for model in sorted(self._models.values(), key=self._suspicion):
            try:
                self._batcher(model)
            except CardError:
                continue  # kept in the status
        self._warm = True

    def _suspicion(self, model: _Model) -> tuple[int, int]:
        """Return the key that orders loading: models whose loading ended a process come last."""
        return self._attempts.deaths(model.card.id), model.card.weights.parameters

    def load(self, model: str) -> None:
        """Load one model now."""
        self._batcher(self._find(model))

    def loaded(self, model: str) -> LoadedModel:
        """Return the loaded model, which must not be changed."""
        found = self._find(model)
        self._batcher(found)
        assert found.loaded is not None  # set before the batcher
        return found.loaded

    def ood_detector(self, model: str) -> OodDetector | None:
        """Return what tells images unlike the model's training images, None where it has none."""
        found = self._find(model)
        self._batcher(found)
        return found.references.statistics

    def status(self) -> EngineStatus:
        """Return the state, "ready" once `warm` is through; never blocks on work in progress."""
        models = list(self._models.values())
        return EngineStatus(
            state="ready" if self._warm else "warming",
            loaded=tuple(model.card.id for model in models if model.answers is not None),
            failed=self._refused | {model.card.id: str(model.failed) for model in models if model.failed is not None},
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

    def unpack(self, archive: bytes, room: int, start: int = 0) -> UnpackedPart:
        """Return files of a ZIP archive, from number `start` on.

        Raises Refused.
        """
        return (unpack if self._reader is None else unpack_isolated)(archive, room, start)

    def predict(
        self, data: bytes, model: str, frame: int = 0, *, record: Record | None = None, note: str = ""
    ) -> Prediction:
        """Return the model's prediction with a heat map for every label.

        Raises Refused also where the card does not accept the image, or takes no such field, or no note.
        """
        with self._in_a_hurry():
            asked = self._find(model)
            beside_image.check_taken(asked.card, record or {}, note)
            return self._answer(self.read(data, frame), asked, record or {}, note)

    def diagnose(
        self, data: bytes, model: str, frame: int = 0, *, record: Record | None = None, note: str = ""
    ) -> Diagnosis:
        """Return the frame, ready to draw, and the model's prediction in one call.

        The image is compressed for drawing while the model runs.
        """
        with self._in_a_hurry():
            asked = self._find(model)
            read = self._images.read(data, frame)
            drawn = read.drawn()
            answer: Prediction | Refusal
            try:
                beside_image.check_taken(asked.card, record or {}, note)
                answer = self._answer(read.image, asked, record or {}, note)
            except Refused as refused:
                answer = Refusal(refused.rule, refused.reason)
            return Diagnosis(drawn.result(), answer)

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
        asked = self._find(model)
        beside_image.check_taken(asked.card, record or {}, note)
        explainer = self._explainer_with(asked, method, record or {}, note)
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
        asked = self._find(model)
        return own_limits(asked.folder, asked.card)

    def explainer(self, model: str, method: str, *, record: Record | None = None, note: str = "") -> Explainer:
        """Return one of the model's compiled methods, with record and note held fixed.

        Raises Refused for an unknown one.
        """
        return self._explainer_with(self._find(model), method, record or {}, note)

    def pass_in_background(
        self, model: str, inputs: NDArray[np.float32], *, record: Record | None = None, note: str = ""
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return logits (n, labels) and Grad-CAM maps (n, labels, rows, columns); predictions asked for go first."""
        asked = self._find(model)
        answers = self._batcher(asked)  # loads the model
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
            fields = [field for model in self._models.values() for field in model.card.fields]
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
        holders: list[Holder] = [self._images, self._deidentifier, *filter(None, [self._reader])]
        drop_unused_until(self._closed, holders)

    def close(self) -> None:
        """Stop the threads; jobs end at their next call of `progress`."""
        self._closed.set()
        self._jobs.close()
        self._images.close()
        self._deidentifier.close()
        if self._reader is not None:
            self._reader.close()
        for model in self._models.values():
            if model.answers is not None:
                model.answers.close()

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

    def _find(self, name: str) -> _Model:
        """Return the model of an id as its folder is now; of a card's key (Card.key) only that very card.

        Raises CardError.
        """
        id, _, fingerprint = name.partition(":")
        with self._lock:
            model = self._models.get(id)
            if model is None or model.state != folder_state(model.folder):
                self._models.pop(id, None)
                state = folder_state(self.directory / id)
                found = find_model(self.directory, id)
                model = self._models[id] = _Model(found.folder, found.card, state)
        if fingerprint and fingerprint != model.card.fingerprint:
            raise CardError(f"Model {id} has been replaced meanwhile; ask again to have the answer of the present one.")
        return model

    def _batcher(self, model: _Model) -> Batcher:
        """Return the batcher of the model, loading the model at the first call.

        Raises CardError, the same one at every later call.
        """
        if model.answers is None:
            with model.lock:
                if model.failed is not None:
                    raise model.failed
                if model.answers is None:
                    try:
                        self._load(model)
                    except Exception as error:  # whatever is wrong with one model, the others answer
                        model.failed = _failure(model.card, error)
                        raise model.failed from error
        assert model.answers is not None  # just loaded
        return model.answers

    def _load(self, model: _Model) -> None:
        id = model.card.id
        self._attempts.begin(id)
        try:
            loaded = load_model(model.folder)  # first, since the references are held against the card's weights
            model.references = read_model_references(model.folder, model.card)
            model.loaded = loaded
            model.explainers = ExplainerCache(loaded.network)
            if loaded.fused is not None:
                model.beside = BesideAnswers(loaded.fused)
            model.answers = Batcher(_compiled(loaded, model.references), LARGEST_BATCH, id)
            weakref.finalize(model, model.answers.close)  # once it is replaced and nobody waits for it
        finally:
            self._attempts.survived(id)

    def _explainers(self, model: _Model) -> ExplainerCache:
        self._batcher(model)
        assert model.explainers is not None  # made before the batcher
        return model.explainers

    def _explainer_with(self, model: _Model, method: str, record: Record, note: str) -> Explainer:
        """Return a method that explains the answer with this record and note."""
        without = self._explainers(model)  # loads the model
        if model.beside is None or not (record or note):
            return without(method)
        return model.beside.explainer(method, record, note)

    def _answer(self, image: Image, model: _Model, record: Record, note: str) -> Prediction:
        notes = acceptance.check_accepted(model.card, image)
        prepared, placement = model_input(image, model.card.input)
        answers = self._batcher(model)  # loads the model
        shared = None
        if model.beside is None:
            explained = answers(prepared)
        else:
            explained, shared = model.beside.answer(answers, prepared, record, note)
            notes += beside_image.sentences(model.card, shared)
        said = prediction(model.card, explained, placement, notes)
        ood = self._ood(model, explained, prepared)
        cautions = acceptance.patient_cautions(model.card, image)
        if ood is not None and ood.is_outside and self._suits_as_negative(image, model):
            cautions += (NEGATIVE,)
        _, _, *features = explained
        return replace(
            said,
            cautions=cautions,
            ood=ood,
            similar_cases=model.references.similar_cases(features),
            contributions=shared,
        )

    def _ood(self, model: _Model, explained: BatchOutput, prepared: NDArray[np.float32]) -> OodScore | None:
        _, _, *features = explained
        return model.references.ood(features, prepared, model.card.input)

    def _suits_as_negative(self, image: Image, model: _Model) -> bool:
        """Return whether a grey image that the model does not suit would suit it with its grey values inverted."""
        if image.is_colour:
            return False
        prepared, _ = model_input(replace(image, inverted=not image.inverted), model.card.input)
        answers = self._batcher(model)  # loads the model
        absent = [] if model.beside is None else [model.beside.absent[0]]
        ood = self._ood(model, answers(prepared, *absent), prepared)
        return ood is not None and not ood.is_outside


def _failure(card: Card, error: Exception) -> CardError:
    """Return the CardError of a model that cannot be used, with its reason."""
    if isinstance(error, CardError):
        return CardError(f"Model {card.id} failed: {error}")
    _log.error("model %s cannot be used", card.id, exc_info=error)  # models only: no patient data here
    lines = str(error).strip().splitlines() or [""]
    text = lines[-1 if lines[0] == "in user code:" else 0].strip()  # TensorFlow repeats the code first
    name = f"{type(error).__name__}: "
    return CardError(f"Model {card.id} failed: {name}{text.removeprefix(name)[:_MOST_REASON]}".rstrip(": "))


def _compiled(loaded: LoadedModel, references: ModelReferences) -> Callable[..., tuple[np.ndarray, ...]]:
    """Return the model's compiled forward pass, run once for batches of 1 and 2.

    The first run of each batch size takes ten times as long.
    """
    network, layers = loaded.network, references.layers
    if loaded.fused is not None:
        network, layers = loaded.fused.by_context, (*layers, loaded.fused.pooled_layer)
    explain = GradCam(network, layers).with_features
    for size in (1, 2):
        explain(*(np.zeros((size, *one.shape[1:]), np.float32) for one in network.inputs))
    return explain


def prediction(card: Card, explained: BatchOutput, placement: Placement, notes: tuple[str, ...] = ()) -> Prediction:
    """Return the prediction for one image, as its card defines it.

    explained: logits (labels,) and heat maps (labels, rows, columns).
    """
    logits, maps, *_ = explained
    names = [label.name for label in card.labels]
    probability = postprocessing.probabilities(logits, card)
    possible = postprocessing.prediction_set(probability, card)
    if card.calibration is None:
        notes += (NOT_CALIBRATED,)
    if placement.is_cut:
        notes += (CUT,)
    if possible == () and card.task == "exclusive":  # of several independent labels all may be ruled out
        notes += ("No label is as likely as it was among validation cases: this image may lie outside what it knows.",)
    return Prediction(
        model=card.id,
        version=card.version,
        logits=dict(zip(names, logits.tolist(), strict=True)),
        probabilities=dict(zip(names, probability.tolist(), strict=True)),
        findings=postprocessing.findings(probability, card),
        prediction_set=possible,
        heatmaps=dict(zip(names, maps, strict=True)),
        heatmap_scale=card.explained.heatmap_scale,
        placement=placement,
        notes=notes,
        is_calibrated=card.calibration is not None,
    )
