"""From a model folder's files to what the answer says of an image's ood and of cases like it."""

import keras
import numpy as np
import pytest

from meddx.engine.service import Service
from meddx.errors import CardError
from meddx.evaluate.ood_detector import FEATURES_FILE, fit_ood_detector, write_ood_detector
from meddx.evaluate.reference_cases import REFERENCE_CASES_FILE, fit_reference_cases, write_reference_cases
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.model.loading import load_model
from tests.engine.answers import images
from tests.imaging.images import image_bytes
from tests.untrained import write_model


def seen_by_keras(folder, data):
    """Mean of the explained layer over positions, from a plain Keras call."""
    loaded = load_model(folder)
    prepared, _ = model_input(read_image(data), loaded.card.input)
    return np.asarray(loaded.network(prepared[np.newaxis])[0]).mean(axis=(1, 2))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model that remembers twelve noisy images."""
    folder = write_model(tmp_path_factory.mktemp("models"))
    keras.utils.set_random_seed(7)
    known = images(12)
    features = np.concatenate([seen_by_keras(folder, data) for data in known])
    sha256 = load_model(folder).card.weights.sha256
    targets = np.eye(3, dtype=bool)[np.arange(12) % 3]
    statistics = fit_ood_detector(features, targets, features, exclusive=True, layer="features")
    write_ood_detector(folder / FEATURES_FILE, statistics, sha256)
    references = fit_reference_cases(
        features,
        features,
        layer="features",
        cases=[f"{row}.dcm" for row in range(12)],
        labels=[("NODULE",)] * 12,
        findings=[()] * 12,
    )
    write_reference_cases(folder / REFERENCE_CASES_FILE, references, sha256)
    return folder


@pytest.fixture(scope="module")
def service(folder):
    made = Service(folder.parent)
    yield made
    made.close()


def test_a_known_image_is_familiar_and_not_its_own_neighbour(service):
    said = service.predict(images(12)[4], "untrained")
    assert said.ood is not None
    assert not said.ood.is_outside
    assert said.similar_cases
    assert "4.dcm" not in [near.case for near in said.similar_cases]
    assert said.similar_cases[0].distance > 0.05  # the image itself would be at 0
    assert said.similar_cases[0].labels == ("NODULE",)
    assert len(said.similar_cases) == 10


def test_an_empty_image_lies_outside(service):
    black = image_bytes(np.zeros((90, 70), np.uint16), Modality="DX", BodyPartExamined="CHEST", BitsStored=12)
    said = service.predict(black, "untrained")
    assert said.ood is not None
    assert said.ood.is_outside
    assert said.ood.distance > 2 * said.ood.threshold


def test_a_folder_without_memory_answers_and_says_nothing_of_it(tmp_path):
    write_model(tmp_path)
    service = Service(tmp_path)
    said = service.predict(images(1)[0], "untrained")
    service.close()
    assert (said.ood, said.similar_cases) == (None, ())


def test_statistics_of_other_weights_are_refused(tmp_path, folder):
    other = write_model(tmp_path)
    (other / FEATURES_FILE).write_bytes((folder / FEATURES_FILE).read_bytes())
    with (other / FEATURES_FILE).open("ab") as file:
        file.write(b"corrupted")
    service = Service(tmp_path)
    with pytest.raises(CardError, match="no feature statistics"):
        service.predict(images(1)[0], "untrained")
    service.close()
