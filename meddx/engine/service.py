"""The use case: bytes of an image in, the image to draw and what a model says of it out."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from meddx.config import models_dir
from meddx.engine.batching import Batcher, BatchOutput
from meddx.engine.contract import Diagnosis
from meddx.engine.explainer_cache import ExplainerCache
from meddx.engine.image_cache import ImageCache
from meddx.engine.job_kinds import JOB_KINDS
from meddx.engine.job_runner import JobRunner
from meddx.engine.job_store import JobStore
from meddx.engine.model_references import NO_REFERENCES, ModelReferences, read_references
from meddx.errors import CardError, Refused
from meddx.explain.colour_scale import colour_scale
from meddx.explain.map_record import read_record
from meddx.explain.methods import METHODS
from meddx.explain.methods.explainer import PassProgress, no_progress
from meddx.explain.methods.grad_cam import LARGEST_BATCH, GradCam
from meddx.imaging.preprocessing import model_input
from meddx.model import acceptance, postprocessing
from meddx.model.card import Card
from meddx.model.loading import LoadedModel, load_model
from meddx.model.registry import find_model, list_models
from meddx.types import DrawableImage, EngineStatus, Explanation, Image, JobStatus, Placement, Prediction, Refusal


@dataclass
class _Model:
    """One installed model and, once somebody needed it, the thread that answers for it."""

    folder: Path
    card: Card
    lock: threading.Lock = field(default_factory=threading.Lock)
    answers: Batcher | None = None
    loaded: LoadedModel | None = None
    explainers: ExplainerCache | None = None
    memory: ModelReferences = NO_REFERENCES
    failed: CardError | None = None


class Service:
    """Implements meddx.engine.contract.Engine in this process. Safe to call from many threads; close() after use.

    A model is loaded by the first request that needs it or by `warm`, whichever comes first; a request for a model
    that is being loaded waits for it. Raises CardError for a model that is not installed or cannot be used.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = models_dir() if directory is None else directory
        self._lock = threading.Lock()
        installed = list_models(self.directory)
        self._models = {model.card.id: _Model(model.folder, model.card) for model in installed.models}
        self._refused = installed.refused
        self._warm = False
        self._images = ImageCache()
        self._answering = 0
        self._jobs = JobRunner(self, JOB_KINDS, lambda: self._answering > 0, JobStore())

    def warm(self) -> None:
        """Load every installed model, the smallest first, and compile its pass."""
        for model in sorted(self._models.values(), key=lambda model: model.card.weights.parameters):
            try:
                self._batcher(model)
            except CardError:
                continue  # kept in the status
        self._warm = True

    def load(self, model: str) -> None:
        """Load one model now."""
        self._batcher(self._find(model))

    def loaded(self, model: str) -> LoadedModel:
        """The network in use, to be read and not to be changed."""
        found = self._find(model)
        self._batcher(found)
        assert found.loaded is not None  # set before the batcher
        return found.loaded

    def status(self) -> EngineStatus:
        """ "ready" once `warm` is through; never blocks on work in progress."""
        models = list(self._models.values())
        return EngineStatus(
            state="ready" if self._warm else "warming",
            loaded=tuple(model.card.id for model in models if model.answers is not None),
            failed=self._refused | {model.card.id: str(model.failed) for model in models if model.failed is not None},
        )

    def read(self, data: bytes, frame: int = 0) -> Image:
        """The frame, decoded. Raises Refused."""
        return self._images.read(data, frame).image

    def image(self, data: bytes, frame: int = 0) -> DrawableImage:
        """The frame, ready to draw."""
        with self._in_a_hurry():
            return self._images.read(data, frame).drawn().result()

    def predict(self, data: bytes, model: str, frame: int = 0) -> Prediction:
        """The model's answer with a heat map for every label. Raises Refused also where the card does not accept it."""
        with self._in_a_hurry():
            return self._answer(self.read(data, frame), self._find(model))

    def diagnose(self, data: bytes, model: str, frame: int = 0) -> Diagnosis:
        """Both in one call; the image is compressed for drawing while the model runs."""
        with self._in_a_hurry():
            asked = self._find(model)
            read = self._images.read(data, frame)
            drawn = read.drawn()
            answer: Prediction | Refusal
            try:
                answer = self._answer(read.image, asked)
            except Refused as refused:
                answer = Refusal(refused.rule, refused.reason)
            return Diagnosis(drawn.result(), answer)

    def explain(
        self, data: bytes, model: str, method: str, frame: int = 0, progress: PassProgress = no_progress
    ) -> Explanation:
        """Maps of every label by one method. Raises Refused like predict, and for an unknown method."""
        asked = self._find(model)
        explainer = self._explainers(asked)(method)
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

    def start(self, kind: str, arguments: Mapping[str, Any]) -> str:
        """Begin a job and return its id. Raises Refused."""
        return self._jobs.start(kind, arguments)

    def job(self, id: str) -> JobStatus:
        """How far it is. Raises Refused."""
        return self._jobs.status(id)

    def cancel(self, id: str) -> None:
        """Have it end soon. Raises Refused."""
        self._jobs.cancel(id)

    def tend(self) -> None:
        """Take up kept jobs whose process has died and sweep old ones, until `close`: for a thread of a server."""
        self._jobs.tend()

    def close(self) -> None:
        """End the threads; jobs end at their next piece."""
        self._jobs.close()
        self._images.close()
        for model in self._models.values():
            if model.answers is not None:
                model.answers.close()

    @contextmanager
    def _in_a_hurry(self) -> Iterator[None]:
        """Someone waits for this at a screen: jobs hold back meanwhile."""
        with self._lock:
            self._answering += 1
        try:
            yield
        finally:
            with self._lock:
                self._answering -= 1

    def _find(self, name: str) -> _Model:
        """The model of this id, also when its folder came after the start."""
        if name not in self._models:
            found = find_model(self.directory, name)
            with self._lock:
                self._models.setdefault(name, _Model(found.folder, found.card))
        return self._models[name]

    def _batcher(self, model: _Model) -> Batcher:
        if model.answers is None:
            with model.lock:
                if model.failed is not None:
                    raise model.failed
                if model.answers is None:
                    try:
                        model.memory = read_references(model.folder, model.card)
                        loaded = load_model(model.folder)
                        model.loaded, model.explainers = loaded, ExplainerCache(loaded)
                        model.answers = Batcher(_compiled(loaded, model.memory), LARGEST_BATCH, model.card.id)
                    except CardError as error:
                        model.failed = error
                        raise
        return model.answers

    def _explainers(self, model: _Model) -> ExplainerCache:
        self._batcher(model)
        assert model.explainers is not None  # made before the batcher
        return model.explainers

    def _answer(self, image: Image, model: _Model) -> Prediction:
        notes = acceptance.check_accepted(model.card, image)
        prepared, placement = model_input(image, model.card.input)
        explained = self._batcher(model)(prepared)
        said = prediction(model.card, explained, placement, notes)
        _, _, *seen = explained
        return replace(said, ood=model.memory.ood(seen), similar_cases=model.memory.similar_cases(seen))


def _compiled(loaded: LoadedModel, memory: ModelReferences) -> Callable[..., tuple[np.ndarray, ...]]:
    """The pass of the model, run once: the first run of each batch size takes ten times as long."""
    explain = GradCam(loaded.network, memory.layers).with_features
    shape = (loaded.card.input.height, loaded.card.input.width, loaded.card.input.channels)
    for size in (1, 2):
        explain(np.zeros((size, *shape), np.float32))
    return explain


def prediction(card: Card, explained: BatchOutput, placement: Placement, notes: tuple[str, ...] = ()) -> Prediction:
    """What the card lets one say of one image's logits (labels,) and heat maps (labels, rows, columns)."""
    logits, maps, *_ = explained
    names = [label.name for label in card.labels]
    probability = postprocessing.probabilities(logits, card)
    possible = postprocessing.prediction_set(probability, card)
    if not possible and card.task == "exclusive":  # of several independent labels all may be ruled out
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
    )
