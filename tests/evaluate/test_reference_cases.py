import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from meddx.config import ROOT
from meddx.errors import Refused
from meddx.evaluate import reference_cases
from meddx.evaluate.reference_cases import (
    REFERENCE_CASES_FILE,
    fit_reference_cases,
    read_reference_cases,
    write_reference_cases,
)
from meddx.model.card import read_card
from meddx.types import SimilarCase

GENERATOR = np.random.default_rng(3)
MIXING = GENERATOR.standard_normal((24, 24))


def features(n):
    return (GENERATOR.standard_normal((n, 24)) @ MIXING).astype(np.float32)


def fitted(training, validation):
    ids = [f"case {row}" for row in range(len(validation))]
    labels = [("sick",) if row % 3 == 0 else () for row in range(len(validation))]
    return fit_reference_cases(
        training, validation, layer="last", cases=ids, labels=labels, findings=[("sick",)] * len(ids)
    )


def test_the_nearest_are_scikit_learns_after_its_whitened_components():
    from sklearn.decomposition import PCA

    training, validation, images = features(400), features(60), features(5)
    references = fitted(training, validation)
    components = PCA(reference_cases.DIMENSION, whiten=True).fit(training)
    reference = NearestNeighbors(n_neighbors=4).fit(components.transform(validation))
    distances, rows = reference.kneighbors(components.transform(images))
    for image, expected, far in zip(images, rows, distances, strict=True):
        found = references.nearest(image, 4)
        assert [neighbour.case for neighbour in found] == [f"case {row}" for row in expected]
        scale = found[0].distance / far[0]
        assert [neighbour.distance for neighbour in found] == pytest.approx(list(far * scale), rel=0.02)
        assert found[0].labels == (("sick",) if expected[0] % 3 == 0 else ())


def test_a_distance_of_one_is_typical_among_the_cases():
    training, validation = features(300), features(80)
    references = fitted(training, validation)
    _, distances = references.rows(validation, reference_cases.CASES_SHOWN + 1)
    assert distances[:, 0] == pytest.approx(0, abs=0.05)
    assert np.median(distances[:, 1:]) == pytest.approx(1, abs=0.01)


def test_of_many_cases_some_of_each_label_are_kept(monkeypatch):
    monkeypatch.setattr(reference_cases, "MOST_CASES", 30)
    references = fitted(features(100), features(90))
    assert len(references.cases) == 30
    assert sum(labels == ("sick",) for labels in references.labels) == 10


def test_channels_that_never_speak_are_left_out():
    training, validation = features(100)[:, :5], features(20)[:, :5]
    training[:, 3:] = validation[:, 3:] = 0
    references = fitted(training, validation)
    assert references.axes.shape == (5, 3)
    assert np.isfinite(references.coordinates).all()


def test_they_come_back_as_written_for_their_weights_only(tmp_path):
    references = fitted(features(100), features(20))
    path = tmp_path / "reference_cases.parquet"
    write_reference_cases(path, references, "a" * 64)
    found = read_reference_cases(path, "a" * 64)
    image = features(1)[0]
    assert found.nearest(image) == references.nearest(image)
    assert isinstance(found.nearest(image)[0], SimilarCase)
    with pytest.raises(Refused, match="other weights"):
        read_reference_cases(path, "b" * 64)
    path.write_bytes(b"PAR1")
    with pytest.raises(Refused, match="no reference cases"):
        read_reference_cases(path, "a" * 64)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "models").glob("*/reference_cases.parquet")), ids=lambda path: path.parent.name
)
def test_shipped_reference_cases_are_labelled_and_small(path):
    card = read_card(path.parent / "card.toml")
    found = read_reference_cases(path, card.weights.sha256)
    names = {label.name for label in card.labels}
    assert found.layer == card.explained.layer
    assert {label for labels in (*found.labels, *found.findings) for label in labels} <= names
    assert 10 < len(found.cases) <= reference_cases.MOST_CASES
    assert path.stat().st_size < 2**20


def test_every_shipped_model_has_the_file_that_is_looked_for():
    folders = {path.parent for path in (ROOT / "models").glob("*/card.toml")}
    assert folders
    assert [path.name for path in sorted(folders) if not (path / REFERENCE_CASES_FILE).is_file()] == []


def test_a_case_of_the_library_is_not_its_own_neighbour():
    training, validation = features(300), features(80)
    validation[7] = validation[3]  # the same image twice
    references = fitted(training, validation)
    for row in (0, 3, 79):
        drift = 1 + 1e-6 * GENERATOR.standard_normal(24)  # another processor adds in another order
        found = references.nearest(validation[row] * drift)
        names = [neighbour.case for neighbour in found]
        assert len(names) == reference_cases.CASES_SHOWN
        assert f"case {row}" not in names
        assert row != 3 or "case 7" not in names
    far = validation[0] * 40  # its coordinates are large, and so are their rounding errors
    references = fitted(training, np.concatenate([validation[1:], far[np.newaxis]]))
    assert "case 79" not in [neighbour.case for neighbour in references.nearest(far)]
