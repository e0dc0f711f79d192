"""Test the reliability of one label's map on one image, by changing the image and the network."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import keras
from scipy.special import expit

from meddx.engine.contract import JobContext
from meddx.engine.job_kinds.finding import open_finding
from meddx.errors import Refused
from meddx.explain.contributions import read_beside
from meddx.explain.map_check import verdicts
from meddx.explain.map_check.check_words import NOTHING_MARKED_RULE
from meddx.explain.map_check.faithfulness import HIDDEN_SHARES
from meddx.explain.map_check.map_checker import MapChecker, MapCheckValues
from meddx.explain.map_check.network_pair import NetworkPair
from meddx.explain.map_limits import MapLimits
from meddx.explain.methods import METHODS
from meddx.model.card import Card
from meddx.model.fused_network import CONTEXT_LAYER, context_of
from meddx.model.loading import LoadedModel
from meddx.model.postprocessing import log_odds
from meddx.types import MapCheck, MapMeasure, Progress

_MOST_CACHED = 2
"""Models whose tests stay compiled, each with a shuffled clone."""


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> MapCheck:
    """Return the measures of one map's reliability.

    arguments: data (bytes of the file), frame, model (id), label, method (names), and perhaps record and note.
    Raises Refused where the image cannot be read or is not accepted, for a label that the model does not have, for
    an unknown method, and where the map marks nothing.
    """
    method = arguments["method"]
    if method not in METHODS:
        raise Refused("no-method", f"There is no method {method!r}; choose one of {', '.join(METHODS)}.")
    finding = open_finding(context, arguments)
    card = finding.loaded.card
    progress(0, 0, "Preparing the test")
    with _tests.taken(finding.loaded, method, finding.beside) as test:
        numbers, _ = test(finding.image, finding.column, finding.placement, partial(log_odds, card=card), progress)
    if not numbers.marks:
        raise Refused(
            NOTHING_MARKED_RULE,
            "The map marks nothing for this label, so there is nothing to test: choose another label or method.",
        )
    own = context.map_limits(arguments["model"])
    thresholds = verdicts.verdict_thresholds(card.weights.sha256, own)
    measures = verdicts.measure_verdicts(numbers, [label.title for label in card.labels], thresholds)
    return map_check(card, finding.column, method, numbers=numbers, measures=measures, own=own)


class _OfModel:
    """The tests of one model, which share a network pair: the network and a clone with shuffled weights.

    Of a model that takes a record or a note, the network is one of the tests' own, which holds both fixed.
    """

    def __init__(self, loaded: LoadedModel) -> None:
        self._fused = loaded.fused
        self._network = loaded.network if self._fused is None else _copy(loaded.network)
        self._networks = NetworkPair(self._network)
        self._built: dict[str, MapChecker] = {}

    def __call__(self, method: str, beside: Mapping[str, Any]) -> MapChecker:
        """Return the tests of one method. beside: the record and note that are held fixed until the next call."""
        if self._fused is not None:
            read = read_beside(self._fused, beside.get("record", {}), beside.get("note", ""))
            self._network.get_layer(CONTEXT_LAYER).held.assign(context_of(read.vectors))
        if method not in self._built:
            self._built[method] = MapChecker(self._networks, method, METHODS[method].build, METHODS[method].passes)
        return self._built[method]


def _copy(network: keras.Model) -> keras.Model:
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    return copy


class _Tests:
    """A cache of compiled tests by the fingerprint of the model's card.

    Tests are taken out while in use, since the clone's weights change. A second job that wants the same ones meanwhile
    builds its own: waiting for the first would deadlock, as that one waits for its turn (meddx.engine.job_runner).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: OrderedDict[str, _OfModel] = OrderedDict()

    @contextmanager
    def taken(self, loaded: LoadedModel, method: str, beside: Mapping[str, Any]) -> Iterator[MapChecker]:
        key = loaded.card.fingerprint  # the layer that it names decides the maps, as the weights do
        with self._lock:
            tests = self._idle.pop(key, None)
        if tests is None:
            tests = _OfModel(loaded)
        try:
            yield tests(method, beside)
        finally:
            with self._lock:
                self._idle[key] = tests
                while len(self._idle) > _MOST_CACHED:
                    self._idle.popitem(last=False)


_tests = _Tests()


def map_check(
    card: Card,
    column: int,
    method: str,
    *,
    numbers: MapCheckValues,
    measures: tuple[MapMeasure, ...],
    own: MapLimits | None,
    quick: bool = False,
) -> MapCheck:
    """Return the check of one map as plain data.

    column: the label's place in the card; measures: of `numbers`; own: limits set on the model's own images, by which
    the verdicts then are; quick: whether the measures are those of the quick check.
    """
    one = numbers.curves.get("map")
    return MapCheck(
        model=card.id,
        version=card.version,
        label=card.labels[column].name,
        method=method,
        verdict=verdicts.overall_verdict(measures),
        measures=measures,
        shares=HIDDEN_SHARES if one else (),
        hidden={name: tuple(expit(curve.hidden).tolist()) for name, curve in numbers.curves.items()},
        shown={name: tuple(expit(curve.shown).tolist()) for name, curve in numbers.curves.items()},
        whole=float(expit(one.whole)) if one else None,
        soft=float(expit(one.soft)) if one else None,
        passes=numbers.passes,
        caution=verdicts.caution(card.weights.sha256, method, own),
        quick=quick,
    )
