from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy.spatial.distance import mahalanobis

from meddx.config import ROOT
from meddx.errors import Refused
from meddx.evaluate.ood_detector import (
    LAYOUT,
    MEAN,
    SPREAD,
    OodDetector,
    fit_ood_detector,
    join_parts,
    read_ood_detector,
    write_ood_detector,
)
from meddx.model.card import read_card


def two_classes(n, seed):
    """Features of two classes around (0, 0, 0) and (4, 0, 0), correlated; the third channel is dead."""
    generator = np.random.default_rng(seed)
    truth = generator.random(n) < 0.5
    spread = generator.standard_normal((n, 2)) @ np.array([[1.0, 0.0], [0.8, 0.6]]).T
    features = np.column_stack([spread[:, 0] + 4 * truth, spread[:, 1], np.zeros(n)])
    return features.astype(np.float32), np.column_stack([~truth, truth])


@pytest.fixture(scope="module")
def fitted():
    features, targets = two_classes(4000, 0)
    return fit_ood_detector(features, targets, two_classes(2000, 1)[0], exclusive=True, layer="middle")


def test_distances_are_scipys_to_the_nearest_class(fitted):
    points = np.array([[1.0, -1.0, 0.0], [3.0, 2.0, 0.0]], np.float32)
    precision = (fitted.whitening @ fitted.whitening.T).astype(float)
    expected = [min(mahalanobis(point, mean, precision) for mean in fitted.means) for point in points]
    assert fitted.distance(points) == pytest.approx(expected, rel=1e-4)


def test_the_gaussians_are_found_and_one_in_twenty_lies_beyond(fitted):
    assert fitted.means == pytest.approx(np.array([[0, 0, 0], [4, 0, 0]]), abs=0.1)
    # Unit variances with correlation 0.8: one step along the first axis is 1 / 0.6 away, by hand.
    assert fitted.distance(np.array([[-1.0, 0.0, 0.0]])) == pytest.approx([1 / 0.6], rel=0.1)
    assert (fitted.distance(two_classes(2000, 1)[0]) > fitted.threshold).mean() == pytest.approx(0.05, abs=0.001)
    assert (fitted.distance(two_classes(4000, 2)[0]) > fitted.threshold).mean() == pytest.approx(0.05, abs=0.015)


def test_a_channel_that_was_always_silent_makes_an_image_strange_when_it_speaks(fitted):
    assert fitted.distance(np.array([[0.0, 0.0, 5.0]]))[0] > 5 * fitted.threshold


def test_labels_that_do_not_exclude_each_other_have_one_mean():
    features, targets = two_classes(500, 0)
    targets[:, 0] = True
    together = fit_ood_detector(features, targets, features, exclusive=False, layer="middle")
    assert together.means == pytest.approx(features.mean(axis=0)[None], abs=1e-5)


def test_they_come_back_as_written_for_their_weights_only(tmp_path, fitted):
    fitted = replace(fitted, parts=(SPREAD, LAYOUT))
    write_ood_detector(tmp_path / "features.parquet", fitted, "a" * 64)
    found = read_ood_detector(tmp_path / "features.parquet", "a" * 64)
    assert isinstance(found, OodDetector)
    assert (found.layer, found.parts) == ("middle", (SPREAD, LAYOUT))
    assert np.array_equal(found.means, fitted.means)
    assert np.array_equal(found.whitening, fitted.whitening)
    assert found.threshold == pytest.approx(fitted.threshold, rel=1e-6)
    with pytest.raises(Refused, match="other weights"):
        read_ood_detector(tmp_path / "features.parquet", "b" * 64)


def test_a_file_of_before_there_were_parts_looks_at_means(tmp_path, fitted):
    path = tmp_path / "features.parquet"
    write_ood_detector(path, fitted, "a" * 64)
    table = pq.read_table(path)
    metadata = {key: value for key, value in table.schema.metadata.items() if key != b"parts"}
    pq.write_table(table.replace_schema_metadata(metadata), path)
    assert read_ood_detector(path, "a" * 64).parts == (MEAN,)
    pq.write_table(table.replace_schema_metadata(metadata | {b"parts": b"mean,colour"}), path)
    with pytest.raises(Refused, match="no feature statistics"):
        read_ood_detector(path, "a" * 64)


def test_the_parts_stand_side_by_side_in_their_order():
    moments, layout = np.arange(8.0).reshape(2, 2, 2), np.array([[10.0], [11.0]])
    assert join_parts(moments, layout).tolist() == [[0, 1, 2, 3, 10], [4, 5, 6, 7, 11]]
    assert join_parts(moments, layout, (LAYOUT, MEAN)).tolist() == [[10, 0, 1], [11, 4, 5]]


def test_the_units_of_a_feature_do_not_matter():
    """Shrinking towards equal variances would, by itself, hear only the loudest feature."""
    features, targets = two_classes(300, 0)
    scales = np.array([1e3, 1e-3, 1.0])
    fits = [
        fit_ood_detector(features * by, targets, features * by, exclusive=True, layer="middle").distance(features * by)
        for by in (1.0, scales)
    ]
    assert fits[0] == pytest.approx(fits[1], rel=1e-3)


def test_another_file_is_refused(tmp_path):
    (tmp_path / "features.parquet").write_bytes(b"PAR1 but no table")
    with pytest.raises(Refused, match="no feature statistics"):
        read_ood_detector(tmp_path / "features.parquet", "a" * 64)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "models").glob("*/features.parquet")), ids=lambda path: path.parent.name
)
def test_shipped_statistics_belong_to_their_weights(path):
    found = read_ood_detector(path, read_card(path.parent / "card.toml").weights.sha256)
    assert found.threshold > 0
    assert path.stat().st_size < 2**20
