"""The Explain page without a browser, and the records of shipped models."""

from html import escape

import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from meddx.explain.map_record import PASSING, RECORD_FILE, read_record
from meddx.install.card_file import as_toml
from meddx.model.card import read_card
from meddx.model.registry import list_models
from pages.ui.common import default_method
from pages.ui.common.language.language import drawn_in
from pages.ui.common.language.translated import translated
from pages.ui.common.passing_maps import NONE_FOR_MODEL, mostly_failing
from pages.ui.explain import record_tables
from studies.explanations.localisation import section
from tests.explain.test_map_record import record
from tests.pages.chinese import english_left, in_chinese
from tests.pages.explain.records import measured
from tests.pages.fake import quick_check
from tests.patience import SECONDS
from tests.untrained import write_model

PAGE = str(ROOT / "pages" / "explain.py")
RECORDED = [model for model in list_models(ROOT / "models").models if (model.folder / RECORD_FILE).exists()]


@pytest.fixture(autouse=True)
def _engine(engine):
    """The gallery asks it."""


def opened(models, name):
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
    page.query_params["model"] = name
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDDX_MODELS", str(models))
        page.run()
    assert not page.exception
    said = [element.proto.body for element in page.get("html")]
    return " ".join(said + [element.value for element in [*page.markdown, *page.caption, *page.code]])


@pytest.mark.parametrize("model", RECORDED, ids=lambda model: model.card.id)
def test_every_shipped_record_is_shown_with_its_first_method_intervals_and_n(model):
    of = read_record(model.folder, model.card)
    said = opened(ROOT / "models", model.card.id)
    best = of.of(of.recommended, default_method.decided_by(of))
    assert (f"Default method: {of.method(of.recommended).title}" in said) is (mostly_failing(of) is None)
    assert (NONE_FOR_MODEL in said) is (mostly_failing(of) is not None)
    assert ("Not reliable:" in said) is not default_method.beats_baselines(of)
    assert ("box use" in said) is default_method.is_reliable(of)
    against = default_method.unreliable_note(of, of.recommended)
    assert bool(against) is not default_method.is_reliable(of)
    assert ("most heat maps" in against) is (mostly_failing(of) is not None)
    assert default_method.method_note(model.card, of.recommended, None) == against
    beside = default_method.method_note(model.card, of.recommended, quick_check())
    assert beside.startswith("This heat map passed its check") is bool(against)
    assert beside.count(".") == bool(against), "one sentence"
    with drawn_in("zh_CN"):
        assert "reliable" not in translated(against)
        assert "reliable" not in translated(f"{beside} Quick check passed.")
    assert not default_method.unreliable_note(of, "rise" if of.recommended != "rise" else "grad-cam")
    assert escape(of.why) in said
    assert record_tables.measure_cell(best) in said
    assert f"n {best.n}" in said
    assert said.index("Methods</th>") < said.index("Baselines without a model</th>")


@pytest.mark.parametrize(("share", "reliable"), [(0.3, False), (0.7, True)])
def test_a_model_whose_maps_diagnose_withholds_has_no_default_method_here_either(tmp_path, share, reliable):
    folder = write_model(tmp_path, "small")
    card = read_card(folder / "card.toml")
    passing = measured("grad-cam", PASSING, share, share - 0.1, share + 0.1).model_dump()
    written = record(card)
    (folder / RECORD_FILE).write_text(as_toml(written | {"measured": [*written["measured"], passing]}))
    said = opened(tmp_path, "small")  # its record has no measure that the tables of all models show
    assert ("Default method: Grad-CAM" in said) is reliable
    assert (f"{NONE_FOR_MODEL}</h2>" in said) is not reliable
    assert ("at best 30\N{NO-BREAK SPACE}% of 40 maps" in said) is not reliable
    assert ("no reliable heat map</span>" in said) is not reliable


def test_the_documentation_holds_every_shipped_record():
    assert RECORDED
    text = (ROOT / "docs" / "explanations.md").read_text(encoding="utf-8")
    assert section(list_models(ROOT / "models").models).strip() in text


def test_a_model_without_a_record_says_how_to_make_one(tmp_path):
    write_model(tmp_path, "bare")
    said = opened(tmp_path, "bare")
    assert "have not been evaluated" in said
    assert "python -m meddx explain-check --model bare" in said


def test_a_record_of_other_weights_is_not_shown(tmp_path):
    folder = write_model(tmp_path, "changed")
    card = read_card(folder / "card.toml")
    (folder / RECORD_FILE).write_text(as_toml(record(card, weights_sha256="0" * 64)))
    assert "other weights" in opened(tmp_path, "changed")


@pytest.mark.parametrize("name", ["chest-efficientnet", "chest-local-evidence"])
def test_in_chinese_no_sentence_is_english(name):
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
    page.query_params["model"] = name
    of = next(read_record(one.folder, one.card) for one in RECORDED if one.card.id == name)
    assert english_left(in_chinese(page), of.command) == []


def test_in_chinese_a_model_without_a_record_is_said_to_have_none(tmp_path, monkeypatch):
    write_model(tmp_path, "bare", title="Bare")
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    page = in_chinese(AppTest.from_file(PAGE, default_timeout=SECONDS))
    assert "此模型的热力图尚未评估" in page.markdown[0].value
    assert english_left(page) == []
