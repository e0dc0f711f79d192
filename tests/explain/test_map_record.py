"""The record of what was measured about heat maps."""

import pytest

from meddx.errors import CardError
from meddx.explain.map_record import PASSING, RECORD_FILE, MapRecord, first_method, read_record
from meddx.install.card_file import as_toml
from meddx.model.card import read_card
from tests.untrained import write_model


def record(card, **changes):
    """A small valid record of the card's model, as a dict."""
    return {
        "model": card.id,
        "version": card.version,
        "weights_sha256": card.weights.sha256,
        "images": "two phantoms",
        "command": "by hand",
        "recommended": "grad-cam",
        "why": "It is the only one.",
        "methods": [
            {"name": "grad-cam", "title": "Grad-CAM", "scale": 0.25, "threshold": 0.5},
            {"name": "centre", "title": "Centre of the image", "kind": "baseline"},
        ],
        "measured": [
            {
                "method": "grad-cam", "measure": "pointing game", "set": "test", "value": 0.9, "low": 0.8,
                "high": 0.95, "n": 100, "interval": "Wilson score",
            }
        ],
    } | changes  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return write_model(tmp_path)


def read(folder, **changes):
    card = read_card(folder / "card.toml")
    (folder / RECORD_FILE).write_text(as_toml(record(card, **changes)))
    return read_record(folder, card)


def test_what_was_written_is_read(folder):
    found = read(folder)
    assert isinstance(found, MapRecord)
    assert found.method("grad-cam").scale == 0.25
    assert found.of("grad-cam", "pointing game").n == 100
    assert found.of("grad-cam", "pointing game", "validation") is None
    assert found.method("rise") is None


def test_without_a_file_there_is_no_record(folder):
    assert read_record(folder, read_card(folder / "card.toml")) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weights_sha256": "0" * 64}, "other weights"),
        ({"recommended": "rise"}, "recommended must be one of the methods"),
        ({"recommended": "centre"}, "recommended must be one of the methods"),
        ({"measured": [{"method": "rise"}]}, "measured.0"),
        ({"colour": "red"}, "field colour"),
    ],
)
def test_a_record_that_does_not_fit_is_refused_with_its_field(folder, changes, said):
    with pytest.raises(CardError, match=said):
        read(folder, **changes)


def test_a_file_that_is_no_toml_is_refused(folder):
    (folder / RECORD_FILE).write_text("[[")
    with pytest.raises(CardError, match="cannot be read as TOML"):
        read_record(folder, read_card(folder / "card.toml"))


def test_the_best_share_of_passing_maps_is_that_of_a_method_on_test_images(folder):
    def share(method, images, value):
        return {
            "method": method, "measure": PASSING, "set": images, "value": value, "low": 0.0, "high": 1.0, "n": 20,
            "interval": "Wilson score",
        }  # fmt: skip

    methods = [
        {"name": "grad-cam", "title": "Grad-CAM"},
        {"name": "hires-cam", "title": "HiResCAM"},
        {"name": "centre", "title": "Centre of the image", "kind": "baseline"},
    ]
    measured = [
        share("grad-cam", "test", 0.2), share("hires-cam", "test", 0.4), share("grad-cam", "validation", 0.9),
        share("centre", "test", 0.8),
    ]  # fmt: skip
    best = read(folder, methods=methods, measured=measured).best_passing()
    assert (best.method, best.value) == ("hires-cam", 0.4)
    assert read(folder).best_passing() is None


def test_the_first_method_is_the_recommended_one_and_grad_cam_without_a_record(folder):
    found = read(folder, recommended="hires-cam", methods=[{"name": "hires-cam", "title": "HiResCAM"}], measured=[])
    assert (first_method(found), first_method(None)) == ("hires-cam", "grad-cam")
