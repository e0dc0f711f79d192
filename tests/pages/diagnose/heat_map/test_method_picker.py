"""The choice of heat map in Diagnose, with an engine that does no work."""

import html

import pytest

from meddx.explain.map_record import PASSING
from meddx.explain.methods import METHODS
from pages.ui.diagnose.heat_map import map_requests
from tests.pages.test_diagnose import upload, words


def chooser(page):
    [box] = [box for box in page.selectbox if box.label == "Heat map method"]
    return box


def choose(page, method):
    page = chooser(page).set_value(method).run()
    assert not page.exception
    return page


def button(page, label):
    return next((button for button in page.button if button.label == label), None)


def write_record(folder, card, recommended, measures=()):
    rows = "".join(f'[[methods]]\nname = "{name}"\ntitle = "{METHODS[name].title}"\n' for name in METHODS)
    rows += '[[methods]]\nname = "centre"\ntitle = "Middle of the image"\nkind = "baseline"\n'
    for (method, measure), value in dict(measures).items():
        rows += (
            f'[[measured]]\nmethod = "{method}"\nmeasure = "{measure}"\nset = "test"\nvalue = {value}\n'
            f'low = {value - 0.1}\nhigh = {value + 0.1}\nn = 40\ninterval = "Wilson score"\n'
        )
    (folder / "untrained" / "explanations.toml").write_text(
        f'model = "untrained"\nversion = "1.0.0"\nweights_sha256 = "{card.weights.sha256}"\nimages = "none"\n'
        f'command = "by hand"\nrecommended = "{recommended}"\nwhy = "It found the lesions."\n{rows}'
    )


def test_grad_cam_comes_first_and_is_not_asked_for(page, engine):
    page = upload(page, ("a.dcm", b"image"))
    assert chooser(page).value == "grad-cam"
    assert chooser(page).options == [
        METHODS[name].title + (" · slow" if map_requests.is_slow(name) else "") for name in METHODS
    ]
    assert [question for question in engine.asked if question != "thumbnail"] == ["diagnose", "predict"]
    assert "Strongest evidence for Effusion: 50\N{NO-BREAK SPACE}% of the scale." in words(page)


def test_the_default_method_comes_first_where_there_is_a_record(page, engine, models, card):
    write_record(models, card, "layer-cam")
    page = upload(page, ("a.dcm", b"image"))
    assert chooser(page).value == "layer-cam"
    assert "LayerCAM · default" in chooser(page).options
    assert "Default method, the best choice by this model's record: LayerCAM." in html.unescape(words(page))
    assert chooser(page).help == "It found the lesions."
    assert engine.asked[-1] == "layer-cam"


@pytest.mark.parametrize(
    ("measures", "said"),
    [
        ({("layer-cam", "faithfulness"): 0.3, ("centre", "faithfulness"): 0.28}, "LayerCAM, not clearly better than a"),
        ({("layer-cam", PASSING): 0.3}, "LayerCAM; by no method do most heat maps of this model pass the quick check."),
    ],
)
def test_a_default_method_that_the_record_calls_unreliable_is_said_to_be_so_at_once(page, models, card, measures, said):
    write_record(models, card, "layer-cam", measures)
    page = upload(page, ("a.dcm", b"image"))
    assert "LayerCAM · default, not reliable" in chooser(page).options
    sentence = f"Default method, the best choice by this model's record but not reliable: {said}"
    assert sentence in html.unescape(words(page))


def test_a_record_of_other_weights_is_named_and_not_followed(page, models, card):
    other = card.model_copy(update={"weights": card.weights.model_copy(update={"sha256": "0" * 64})})
    write_record(models, other, "layer-cam")
    page = upload(page, ("a.dcm", b"image"))
    assert chooser(page).value == "grad-cam"
    assert "was measured on other weights" in page.warning[0].value


def test_a_quick_method_answers_at_once_and_is_asked_once(page, engine):
    page = upload(page, ("a.dcm", b"image"))
    for method in ("hires-cam", "grad-cam", "hires-cam"):
        page = choose(page, method)
    assert engine.asked.count("hires-cam") == 1
    assert engine.started == []
    assert "The map shows which areas matter for Effusion" in words(page)
    assert "image" not in engine.asked


def test_a_relative_map_says_that_images_cannot_be_compared(page):
    page = choose(upload(page, ("a.dcm", b"image")), "eigen-cam")
    assert "do not compare them between images" in words(page)


def test_the_choice_holds_for_the_next_image(page, engine):
    page = choose(upload(page, ("a.dcm", b"image")), "hires-cam")
    page = upload(page, ("b.dcm", b"other image"))
    assert chooser(page).value == "hires-cam"
    assert engine.asked.count("hires-cam") == 2
