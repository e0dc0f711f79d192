"""From a model folder's files to what the answer says of a film's familiarity and of cases like it."""

import keras
import numpy as np
import pytest

from meddx.engine.service import Service
from meddx.errors import CardError
from meddx.evaluate.feature_statistics import FEATURES_FILE, fit_feature_statistics, write_feature_statistics
from meddx.evaluate.neighbours import NEIGHBOURS_FILE, fit_references, write_references
from meddx.imaging.prepare import model_input
from meddx.imaging.read import read_film
from meddx.model.loading import load
from tests.engine.answers import films
from tests.imaging.films import film_bytes
from tests.untrained import write_model


def seen_by_keras(folder, data):
    """Mean of the explained layer over positions, from a plain Keras call."""
    loaded = load(folder)
    prepared, _ = model_input(read_film(data), loaded.card.input)
    return np.asarray(loaded.network(prepared[np.newaxis])[0]).mean(axis=(1, 2))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model that remembers twelve noisy films."""
    folder = write_model(tmp_path_factory.mktemp("models"))
    keras.utils.set_random_seed(7)
    known = films(12)
    features = np.concatenate([seen_by_keras(folder, data) for data in known])
    sha256 = load(folder).card.weights.sha256
    targets = np.eye(3, dtype=bool)[np.arange(12) % 3]
    statistics = fit_feature_statistics(features, targets, features, exclusive=True, layer="features")
    write_feature_statistics(folder / FEATURES_FILE, statistics, sha256)
    references = fit_references(
        features,
        features,
        layer="features",
        cases=[f"{row}.dcm" for row in range(12)],
        labels=[("NODULE",)] * 12,
        findings=[()] * 12,
    )
    write_references(folder / NEIGHBOURS_FILE, references, sha256)
    return folder


@pytest.fixture(scope="module")
def service(folder):
    made = Service(folder.parent)
    yield made
    made.close()


def test_a_known_film_is_familiar_and_its_own_nearest(service):
    said = service.predict(films(12)[4], "untrained")
    assert said.familiarity is not None
    assert not said.familiarity.outside
    assert said.neighbours[0].case == "4.dcm"
    assert said.neighbours[0].distance == pytest.approx(0, abs=0.05)
    assert said.neighbours[0].labels == ("NODULE",)
    assert len(said.neighbours) == 10


def test_an_empty_film_lies_outside(service):
    black = film_bytes(np.zeros((90, 70), np.uint16), Modality="DX", BodyPartExamined="CHEST", BitsStored=12)
    said = service.predict(black, "untrained")
    assert said.familiarity is not None
    assert said.familiarity.outside
    assert said.familiarity.distance > 2 * said.familiarity.threshold


def test_a_folder_without_memory_answers_and_says_nothing_of_it(tmp_path):
    write_model(tmp_path)
    service = Service(tmp_path)
    said = service.predict(films(1)[0], "untrained")
    service.close()
    assert (said.familiarity, said.neighbours) == (None, ())


def test_statistics_of_other_weights_are_refused(tmp_path, folder):
    other = write_model(tmp_path)
    (other / FEATURES_FILE).write_bytes((folder / FEATURES_FILE).read_bytes())
    with (other / FEATURES_FILE).open("ab") as file:
        file.write(b"spoilt")
    service = Service(tmp_path)
    with pytest.raises(CardError, match="no feature statistics"):
        service.predict(films(1)[0], "untrained")
    service.close()
