import numpy as np
import PIL.Image
import pytest

from meddx.errors import Refused
from meddx.evaluate.input_chunks import in_chunks, prepared_input
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.model.card import Input
from meddx.training.cached_inputs import cached_inputs

SPEC = Input(height=12, width=10, channels=1, low=-1.0, high=1.0, resize="pad")


def images(folder, n=5, broken=None):
    cases = []
    for i in range(n):
        path = folder / f"patient-{i}.png"
        pixels = np.random.default_rng(i).integers(0, 256, (20, 16), np.uint8)
        PIL.Image.fromarray(pixels).save(path)
        if i == broken:
            path.write_bytes(b"no image")
        cases.append(LabelledCase(path.name, path, str(i), ("a",)))
    return LabelledSet(("a", "b"), tuple(cases))


def test_the_cache_holds_what_the_app_computes_to_half_precision(tmp_path):
    whole = images(tmp_path)
    cached = cached_inputs(whole, SPEC, tmp_path / "cache")
    exact = np.stack([prepared_input(case, SPEC) for case in whole.cases])
    assert cached.shape == (5, 12, 10, 1)
    assert isinstance(cached, np.memmap)
    assert np.asarray(cached, np.float32) == pytest.approx(exact, abs=2**-11)


def test_chunks_keep_the_order(tmp_path):
    whole = images(tmp_path)
    chunks = list(in_chunks(whole, SPEC, size=2))
    assert [len(chunk) for chunk in chunks] == [2, 2, 1]
    assert np.array_equal(chunks[2][0], prepared_input(whole.cases[4], SPEC))


def test_the_cache_is_read_again_and_made_anew_for_another_input(tmp_path):
    whole = images(tmp_path)
    calls = []
    for spec in (SPEC, SPEC, SPEC.model_copy(update={"height": 8})):
        cached_inputs(whole, spec, tmp_path / "cache", calls.append)
    assert calls == [5, 5]
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_two_that_make_it_at_the_same_time_do_not_disturb_each_other(tmp_path):
    """As nodes of a cluster do that share the folder: the second begins and ends while the first is at work."""
    whole, others = images(tmp_path), []

    def meanwhile(done):
        others.append(cached_inputs(whole, SPEC, tmp_path / "cache"))

    mine = cached_inputs(whole, SPEC, tmp_path / "cache", meanwhile)
    assert len(others) == 1
    assert np.array_equal(mine, others[0])
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_an_image_that_cannot_be_read_is_named_by_its_row(tmp_path):
    with pytest.raises(Refused, match="Row 4 of the set") as refusal:
        cached_inputs(images(tmp_path, broken=3), SPEC, tmp_path / "cache")
    assert "patient-3" not in refusal.value.reason
    assert not list((tmp_path / "cache").iterdir())
