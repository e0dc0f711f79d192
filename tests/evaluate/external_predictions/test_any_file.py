"""Whatever a file holds, it is read or refused: no other error, and no number that is none."""

import contextlib
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from meddx.errors import Refused
from meddx.evaluate.assessment import assess
from meddx.evaluate.external_predictions import Reading, read
from tests.evaluate.external_predictions.files import two_columns, written

NAMES = st.sampled_from(
    ["case", "id", "image", "patient", "label", "diagnosis", "true", "true:a", "true:b", "a", "b", "prob_a", "score",
     "logit:a", "probability:b", "reader", "reader:X", "threshold", "threshold:a", "finding:a", "called", "right",
     "refused", "rating", "group", "", "about:sex", "confidence", "prediction", "age", "0", "1"]
)  # fmt: skip
CELLS = st.sampled_from(
    ["a", "b", "0", "1", "0.5", "0,5", "1,234", "50%", "-2.5", "3", "NaN", "", "x", "a;b", "true", "A", "nan", "inf",
     "1e400", "-", "1.5e-3", "No finding", '"', "\u2212"]
)  # fmt: skip


@st.composite
def tables(draw):
    likely = draw(st.sampled_from([[], ["case", "label", "a"], ["id", "true:a", "a"], ["image", "dx", "a", "b"]]))
    names = [*likely, *draw(st.lists(NAMES, min_size=0 if likely else 1, max_size=5))]
    rows = draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=6))
    rows = [
        [str(number) if name in ("case", "id", "image") else cell for name, cell in zip(names, row, strict=True)]
        for number, row in enumerate(rows)
    ]
    delimiter = draw(st.sampled_from([",", ";", "\t"]))
    return "\n".join(
        delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in [names, *rows]
    )


def outcome(content, options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores"
        path.write_bytes(content)
        try:
            return read(path, options)
        except Refused as refused:
            reason = refused.reason
    assert reason.endswith(".")
    return None


@settings(deadline=None)
@given(tables(), st.booleans(), st.booleans())
@example("case,true,called,right,refused,probability:b\n0,b,b,true,,0.5\n1,,,true,not-an-image: no,", False, False)
@example("case,true:a,a,threshold\n0,1,0.5,0.3\n1,0,0.2,0.3", False, False)
@example("case,label,a,b\n0,a,1e400,0\n1,b,0,1", False, False)
def test_any_table(text, skip, rows):
    found = outcome(text.encode(), Reading(skip_incomplete=skip, number_rows=rows))
    if found is None:
        return
    p = found.predictions.probabilities
    assert np.isfinite(p).all()
    assert p.shape == found.predictions.targets.shape == (len(found.predictions), len(found.thresholds))
    if found.predictions.are_probabilities:
        assert ((p >= 0) & (p <= 1)).all()
    if found.exclusive:
        assert (found.predictions.targets.sum(axis=1) == 1).all()
    assess(found.predictions, found.thresholds, found.exclusive)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(content):
    outcome(content, None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_file_cut_anywhere(tmp_path, encoding):
    whole = two_columns().replace("normal", "normal\u00e9").encode(encoding)
    for end in range(1, len(whole), 97):
        with contextlib.suppress(Refused):
            read(written(tmp_path, whole[:end]))
