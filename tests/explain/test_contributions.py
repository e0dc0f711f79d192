"""Shares of image, record and note: of a network that only adds, where they are known, and of any other."""

import numpy as np
import pytest

from meddx.explain import contributions as shared
from meddx.explain.contributions import ShareOut, read_beside
from meddx.model.loading import load_model
from tests.fused import write_fused

RECORD, NOTE = {"age": "75", "sex": "M", "smoker": "yes"}, "Cough and haemoptysis, no fever"
IMAGE = np.linspace(0, 2, 8, dtype=np.float32)


@pytest.fixture(scope="module")
def fused(tmp_path_factory):
    return load_model(write_fused(tmp_path_factory.mktemp("models"))).fused


@pytest.fixture(scope="module")
def share_out(fused):
    return ShareOut(fused)


def adding(tmp_path, weights):
    """A fused network whose first logit is a sum: weights @ (features of the image, inputs of the record) + note.

    silu(x) - silu(-x) = x, and a ReLU far above zero changes nothing.
    """
    fused = load_model(write_fused(tmp_path)).fused
    hidden, part = fused.record.get_layer("record_hidden"), fused.record.get_layer("record_part")
    passed = np.eye(7, 16, dtype=np.float32)
    hidden.set_weights([passed, np.full(16, 5, np.float32)])
    part.set_weights([np.eye(16, dtype=np.float32), np.zeros(16, np.float32)])
    joint, last = (layer for layer in fused.head.layers if layer.weights)
    kernel = np.zeros((8 + 16 + 16, 32), np.float32)
    kernel[: len(weights), 0] = weights
    kernel[24:, 0] = 1
    kernel[:, 1] = -kernel[:, 0]
    joint.set_weights([kernel, np.zeros(32, np.float32)])
    out = np.zeros((32, 3), np.float32)
    out[0, 0], out[1, 0] = 1, -1
    last.set_weights([out, np.array([0.25, 0, 0], np.float32)])
    return fused


def test_a_network_that_adds_has_the_shares_that_it_adds(tmp_path):
    image_weights, record_weights = np.full(8, 0.5), np.array([2, 0.1, 0.3, -0.7, 0.2, 1.5, 0.4])
    fused = adding(tmp_path, np.concatenate([image_weights, record_weights]))
    beside = read_beside(fused, RECORD, NOTE)
    share_out = ShareOut(fused)
    shares = share_out(IMAGE, beside).shares["NORMAL"]
    assert shares.parts["image"] == pytest.approx(0.5 * IMAGE.sum(), abs=1e-4)
    # Against a missing field: its own input comes, that for "missing" goes.
    assert shares.fields["age"] == pytest.approx(2 * (75 / 60 - 1) - 0.1, abs=1e-4)
    assert shares.fields["sex"] == pytest.approx(-0.7 - 0.2, abs=1e-4)
    assert shares.fields["smoker"] == pytest.approx(1.5 - 0.4, abs=1e-4)
    assert shares.parts["note"] == pytest.approx(beside.vectors["note"].sum(), abs=1e-4)
    everything_missing = 0.1 + 0.2 + 0.4 + 5 * record_weights.sum()
    assert shares.base == pytest.approx(0.25 + everything_missing, abs=1e-4)
    alone = share_out(IMAGE, read_beside(fused, {}, "haemoptysis")).shares["NORMAL"]
    assert alone.words == pytest.approx([alone.parts["note"]], abs=1e-3)


@pytest.mark.parametrize("record", [RECORD, {"age": "20"}, {}])
@pytest.mark.parametrize("note", [NOTE, "", "nothing of the vocabulary"])
@pytest.mark.parametrize("image", [IMAGE, None])
def test_shares_add_up_to_the_logit_whatever_is_absent(fused, share_out, record, note, image):
    beside = read_beside(fused, record, note)
    answer = share_out(image, beside)
    pooled = np.zeros((1, 8), np.float32) if image is None else image[np.newaxis]
    logits = fused.logits([pooled, beside.vectors["record"], beside.vectors["note"]])[0]
    for column, shares in enumerate(answer.shares.values()):
        assert shares.base + sum(shares.parts.values()) == pytest.approx(float(logits[column]), abs=1e-5)
        assert sum(shares.fields.values()) == pytest.approx(shares.parts["record"], abs=1e-5)
        assert sum(shares.words) == pytest.approx(shares.parts["note"], abs=max(answer.words_error, 1e-6))
        given = {"image": image is not None, "record": bool(record), "note": bool(note)}
        for part, here in given.items():
            assert (shares.parts[part] != 0) == here
        assert {name for name, share in shares.fields.items() if share} == set(record)
    assert answer.words_error < 1e-3


def test_sampled_orders_of_fields_come_near_the_exact_shares_and_say_so(fused, share_out, monkeypatch):
    beside = read_beside(fused, RECORD, NOTE)
    exact = share_out(IMAGE, beside)
    monkeypatch.setattr(shared, "MOST_EXACT", 2)
    sampled = share_out(IMAGE, beside)
    assert exact.fields_exact
    assert not sampled.fields_exact
    for label, shares in exact.shares.items():
        assert sampled.shares[label].fields == pytest.approx(shares.fields, abs=0.4)
        assert sum(sampled.shares[label].fields.values()) == pytest.approx(shares.parts["record"], abs=1e-5)


def test_a_randomised_network_gives_other_shares(tmp_path, fused):
    random = load_model(write_fused(tmp_path, seed=8)).fused
    ours, theirs = (ShareOut(one)(IMAGE, read_beside(one, RECORD, NOTE)).shares["NORMAL"] for one in (fused, random))
    for part in ("image", "record", "note"):
        assert ours.parts[part] != pytest.approx(theirs.parts[part], rel=0.1)
    assert np.corrcoef(ours.words, theirs.words)[0, 1] < 0.9


def test_a_field_that_is_shuffled_takes_its_share_along(tmp_path):
    """The network uses age and not sex: shares of age follow the values, those of sex stay nothing."""
    fused = adding(tmp_path, np.concatenate([np.full(8, 0.5), [2, 0.1, 0, 0, 0, 1.5, 0.4]]))
    share_out, ages = ShareOut(fused), ("20", "50", "90")

    def of(age, sex):
        return share_out(IMAGE, read_beside(fused, {"age": age, "sex": sex}, "")).shares["NORMAL"].fields

    before = [of(age, "F")["age"] for age in ages]
    after = [of(age, "M")["age"] for age in reversed(ages)]
    assert after == pytest.approx(before[::-1], abs=1e-4)
    assert before == sorted(before)
    assert before[0] < before[-1] - 1
    assert {abs(of(age, sex)["sex"]) < 1e-4 for age in ages for sex in "FM"} == {True}


def test_a_long_note_is_read_to_the_card_s_most(fused, share_out):
    beside = read_beside(fused, {}, " ".join(["cough"] * 15))
    answer = share_out(IMAGE, beside)
    assert (len(answer.words), answer.unread) == (12, 3)
    assert all(len(shares.words) == 12 for shares in answer.shares.values())
