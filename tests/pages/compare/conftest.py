"""Two systems that share cases, and two cards that share a label."""

import numpy as np
import pytest

from meddx.model.card import read_card
from pages.ui.compare.system_picker import SystemChoice
from tests.evaluate.paired.systems import system
from tests.untrained import label, write_model


@pytest.fixture
def choice():
    """Two systems that share 20 cases, one of which has four more."""
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, 24)
    targets = np.eye(2)[truth]
    systems = []
    for name, n in (("one", 24), ("other", 20)):
        first = np.clip(0.5 + 0.3 * (1 - 2 * truth[:n]) + generator.normal(0, 0.3, n), 0.01, 0.99)
        p = np.stack([first, 1 - first], axis=1)
        systems.append(system(name, p, targets[:n], exclusive=True, labels=["normal", "ill"]))
    return SystemChoice(tuple(systems), mean=True, majority=True)


def coded(name, value, **changes):
    return label(name, **changes) | {"code": {"scheme": "SCT", "value": value, "meaning": name}}


@pytest.fixture(scope="module")
def cards(tmp_path_factory):
    """A model of three labels, and one that calls two of them otherwise and has one of its own."""
    folder = tmp_path_factory.mktemp("models")
    one = [coded("NORMAL", "0", absence=True), coded("EFFUSION", "1"), coded("NODULE", "2")]
    write_model(folder, "one", labels=one)
    write_model(folder, "two", labels=[coded("FLUID", "1"), coded("OTHER", "3")])
    return [read_card(folder / name / "card.toml") for name in ("one", "two")]
