from dataclasses import replace

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.predictions import Predictions, read_predictions, write_predictions


def test_a_file_gives_back_what_was_written(tmp_path):
    generator = np.random.default_rng(0)
    written = Predictions(
        ("normal", "bacterial"),
        ("a/1.png", "b/2.png", "ß/3.png"),
        ("p1", "p1", "p2"),
        np.array([[1, 0], [0, 1], [1, 0]], bool),
        generator.normal(size=(3, 2)).astype(np.float32),
        generator.random((3, 2)),
    )
    write_predictions(tmp_path / "p.parquet", written)
    read = read_predictions(tmp_path / "p.parquet")
    assert (read.labels, read.cases, read.groups) == (written.labels, written.cases, written.groups)
    for name in ("targets", "logits", "probabilities"):
        before, after = getattr(written, name), getattr(read, name)
        assert before.dtype == after.dtype
        assert np.array_equal(before, after)


@pytest.mark.parametrize("content", [b"", b"case,label\n1,2\n"])
def test_another_file_is_refused(tmp_path, content):
    (tmp_path / "p.parquet").write_bytes(content)
    with pytest.raises(Refused, match="recorded predictions"):
        read_predictions(tmp_path / "p.parquet")


def test_equal_digests_mean_equal_predictions():
    p = np.array([[0.9, 0.1], [0.2, 0.8]])
    one = Predictions(("a", "b"), ("1", "2"), ("x", "y"), p > 0.5, p.astype(np.float32), p, {"sex": ("F", "M")})
    assert replace(one, probabilities=p.copy()).digest == one.digest
    others = [
        replace(one, labels=("a", "c")),
        replace(one, cases=("1", "3")),
        replace(one, groups=("x", "x")),
        replace(one, targets=~one.targets),
        replace(one, logits=one.logits + 1),
        replace(one, probabilities=p + 1e-9),
        replace(one, attributes={"sex": ("F", "F")}),
        replace(one, are_probabilities=False),
    ]
    assert len({one.digest, *(other.digest for other in others)}) == 9
