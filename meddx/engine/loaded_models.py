"""The models that an engine has installed, each loaded by the first request that needs it."""

import logging
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from meddx.engine.answer_pass import AnswerPass, run_once
from meddx.engine.batching import Answers, Batcher
from meddx.engine.beside_answers import BesideAnswers
from meddx.engine.contract import Record
from meddx.engine.explainer_cache import ExplainerCache
from meddx.engine.load_attempts import LoadAttempts
from meddx.engine.replica_answers import ReplicaAnswers, replicas_at, start_replicas
from meddx.errors import CardError, without_content
from meddx.evaluate.model_references import ModelReferences, read_model_references
from meddx.explain.methods.explainer import Explainer, RunLogits
from meddx.explain.methods.grad_cam import GradCam
from meddx.model.card import Card
from meddx.model.loading import LoadedModel, load_model
from meddx.model.registry import find_model, folder_state, list_models, model_folders

_log = logging.getLogger(__name__)

LARGEST_BATCH = 8
"""Requests in one pass; more gain nothing on a CPU, and the first of them would wait for all."""
_FIRST_SIZES = (1, 2)
_MOST_REASON = 200
"""Characters of an error's own text: Keras repeats whole networks in some."""


@dataclass
class EngineModel:
    """An installed model, loaded by whatever first needs it to be.

    loader: loads it, unless it is loaded; raises CardError, the same one at every later call.
    state: of the folder's files, before the card was read (meddx.model.registry.folder_state).
    beside: of a model that takes a record or a note.
    """

    folder: Path
    card: Card
    state: object
    loader: Callable[["EngineModel"], None]
    lock: threading.Lock = field(default_factory=threading.Lock)
    answers: Answers | None = None
    loaded: LoadedModel | None = None
    explained: GradCam | None = None
    explainers: ExplainerCache | None = None
    beside: BesideAnswers | None = None
    references: ModelReferences = field(default_factory=ModelReferences)
    failed: CardError | None = None

    def ready(self) -> "EngineModel":
        """Return it, loaded.

        Raises CardError where it cannot be used.
        """
        self.loader(self)
        return self

    @property
    def batcher(self) -> Answers:
        """Return what answers inputs."""
        self.ready()
        assert self.answers is not None  # just loaded
        return self.answers

    @property
    def network(self) -> LoadedModel:
        """Return the network with its card, which must not be changed."""
        self.ready()
        assert self.loaded is not None  # just loaded
        return self.loaded

    @property
    def compiled_pass(self) -> GradCam:
        """Return the compiled pass, as meddx.engine.answer_pass.AnswerPass describes it."""
        self.ready()
        assert self.explained is not None  # just loaded
        return self.explained

    def explainer(self, method: str, record: Record, note: str) -> Explainer:
        """Return a method that explains the answer with this record and note.

        Raises Refused for an unknown method.
        """
        self.ready()
        assert self.explainers is not None  # just loaded
        if self.beside is None or not (record or note):
            return self.explainers(method)
        return self.beside.explainer(method, record, note)


class LoadedModels:
    """The models of a folder, as it is now: one that is replaced there is read anew.

    Safe to use from many threads; close() after use. attempts: record of earlier processes that ended while they loaded
    a model. same_bits, cluster: as of meddx.engine.service.Service.
    """

    def __init__(
        self, directory: Path, attempts: LoadAttempts, *, same_bits: int = 0, cluster: str | None = None
    ) -> None:
        self._directory, self._attempts, self._same_bits = directory, attempts, same_bits
        self._replicas = None if cluster is None else replicas_at(cluster)
        self._lock = threading.Lock()
        states = {folder: folder_state(folder) for folder in model_folders(directory)}
        installed = list_models(directory)
        self._models = {
            model.card.id: EngineModel(model.folder, model.card, states.get(model.folder), self._load_once)
            for model in installed.models
        }
        self._refused = installed.refused

    def __iter__(self) -> Iterator[EngineModel]:
        """Return the models that are known, loaded or not."""
        return iter(list(self._models.values()))

    @property
    def failed(self) -> dict[str, str]:
        """Return why models cannot be used, by id."""
        return self._refused | {model.card.id: str(model.failed) for model in self if model.failed is not None}

    def warm(self) -> None:
        """Load every model and compile its forward pass.

        The smallest come first, but those that ended an earlier process come last. Replicas start meanwhile.
        """
        if self._replicas is not None:
            threading.Thread(target=start_replicas, args=(self._replicas,), name="replicas", daemon=True).start()
        for model in sorted(self, key=self._suspicion):
            try:
                self._load_once(model)
            except CardError:
                continue  # kept: `failed`

    def choose_runtimes(self, closed: threading.Event) -> None:
        """Measure what runs each loaded model fastest, where that was not done on this machine, and go over to it."""
        for model in self:
            if not closed.is_set():
                self._choose_runtime(model)

    def find(self, name: str) -> EngineModel:
        """Return the model of an id as its folder is now; of a card's key (Card.key) only that very card.

        Raises CardError.
        """
        id, _, fingerprint = name.partition(":")
        with self._lock:
            model = self._models.get(id)
            if model is None or model.state != folder_state(model.folder):
                self._models.pop(id, None)
                state = folder_state(self._directory / id)
                found = find_model(self._directory, id)
                model = self._models[id] = EngineModel(found.folder, found.card, state, self._load_once)
        if fingerprint and fingerprint != model.card.fingerprint:
            raise CardError(f"Model {id} has been replaced meanwhile; ask again to have the answer of the present one.")
        return model

    def close(self) -> None:
        """Stop the threads of all models."""
        for model in self:
            if model.answers is not None:
                model.answers.close()
        if self._replicas is not None:
            self._replicas.close()

    def _suspicion(self, model: EngineModel) -> tuple[int, int]:
        """Return the key that orders loading: models whose loading ended a process come last."""
        return self._attempts.deaths(model.card.id), model.card.weights.parameters

    def _choose_runtime(self, model: EngineModel) -> None:
        if self._same_bits or model.loaded is None or not isinstance(model.answers, Batcher):
            return
        answers, measuring = AnswerPass(model.loaded, model.references), f"measuring:{model.card.id}"
        if self._attempts.deaths(measuring):
            return
        self._attempts.begin(measuring)
        try:
            if answers.measure():
                model.explained = run_once(answers.compiled(), model.loaded, _FIRST_SIZES)
                model.answers.forward = model.explained.with_features
        except Exception as error:  # the model answers by TensorFlow all the same, and the next is measured
            _log.warning("runtimes of %s were not measured: %s", model.card.id, without_content(error))
        finally:
            self._attempts.survived(measuring)

    def _load_once(self, model: EngineModel) -> None:
        if model.answers is not None:
            return
        with model.lock:
            if model.failed is not None:
                raise model.failed
            if model.answers is None:
                try:
                    self._load(model)
                except Exception as error:  # whatever is wrong with one model, the others answer
                    model.failed = _failure(model.card, error)
                    raise model.failed from error

    def _load(self, model: EngineModel) -> None:
        id = model.card.id
        died = self._attempts.deaths(id)
        self._attempts.begin(id)
        try:
            loaded = load_model(model.folder)  # first, since the references are held against the card's weights
            model.references = read_model_references(model.folder, model.card)
            model.loaded = loaded
            if loaded.fused is not None:
                model.beside = BesideAnswers(loaded.fused)
            answers = AnswerPass(loaded, model.references)
            model.explained = self._explained(loaded, answers, died=bool(died))
            answering = self._answers(model, model.explained)
            model.explainers = ExplainerCache(loaded.network, self._logits(model.explained, answering, loaded))
            model.answers = answering  # last: it tells that the model is loaded
            weakref.finalize(model, model.answers.close)  # once it is replaced and nobody waits for it
        finally:
            self._attempts.survived(id)

    def _answers(self, model: EngineModel, explained: GradCam) -> Answers:
        if self._replicas is not None:
            return ReplicaAnswers(self._replicas, model.card.key, model.references.layers)
        if self._same_bits:
            return Batcher(explained.with_features, 1, model.card.id, threads=self._same_bits)
        return Batcher(explained.with_features, LARGEST_BATCH, model.card.id)

    def _logits(self, explained: GradCam, answering: Answers, loaded: LoadedModel) -> RunLogits | None:
        """Return what computes logits by the runtime that was chosen; None where TensorFlow does it with less work."""
        if not isinstance(answering, Batcher) or self._same_bits or loaded.fused or not explained.in_closed_form:
            return None
        return lambda images: answering.forward(images)[0]  # asked each time: the runtime is chosen later

    def _explained(self, loaded: LoadedModel, answers: AnswerPass, *, died: bool) -> GradCam:
        """Return the model's pass, by TensorFlow where the runtime that was chosen cannot be had any more."""
        if not (died or self._same_bits):
            try:
                return run_once(answers.compiled(), loaded, _FIRST_SIZES)
            except Exception as error:
                _log.warning("%s runs by TensorFlow: %s", loaded.card.id, without_content(error))
        return run_once(answers.by_tensorflow(), loaded, _FIRST_SIZES)


def _failure(card: Card, error: Exception) -> CardError:
    """Return the CardError of a model that cannot be used, with its reason."""
    if isinstance(error, CardError):
        return CardError(f"Model {card.id} failed: {error}")
    _log.error("model %s cannot be used", card.id, exc_info=error)  # models only: no patient data here
    lines = str(error).strip().splitlines() or [""]
    text = lines[-1 if lines[0] == "in user code:" else 0].strip()  # TensorFlow repeats the code first
    name = f"{type(error).__name__}: "
    return CardError(f"Model {card.id} failed: {name}{text.removeprefix(name)[:_MOST_REASON]}".rstrip(": "))
