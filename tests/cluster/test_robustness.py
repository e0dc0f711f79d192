"""Robustness measured by the nodes of a cluster."""

from functools import partial

import pytest

from meddx.cluster.connection import cluster_at
from meddx.commands.robustness import _forward, _logits_on_node
from meddx.evaluate.robustness import condition_logits, measure_robustness
from meddx.evaluate.sets.open_set import open_set
from meddx.model.registry import find_model

pytestmark = pytest.mark.slow


def test_the_rows_are_those_of_one_machine_to_the_last_bit(place, address):
    installed = find_model(place / "models", "medium")
    labels = tuple(label.name for label in installed.card.labels)
    images = open_set(place / "allowed" / "set", labels)
    images = images.subset([row for row, case in enumerate(images.cases) if "broken" not in case.id][:40])
    here = partial(map, partial(condition_logits, _forward(installed), installed.card))
    there = partial(cluster_at(address).map, partial(_logits_on_node, installed.card.key))
    rows = measure_robustness(here, installed.card, images)
    assert measure_robustness(there, installed.card, images) == rows
    assert {row.n for row in rows} == {40}
