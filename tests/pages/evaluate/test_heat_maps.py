"""The recorded share of maps that pass stands on the page with its interval and n; where there is none it says so."""

import pytest
from streamlit.testing.v1 import AppTest

from meddx.explain.map_record import CheckedMap, MapRecord, MethodRecord
from meddx.model.card import read_card
from pages.ui.common import passing_maps
from pages.ui.evaluate.recorded_predictions_source import recorded_source
from tests.pages.evaluate.states import state
from tests.patience import SECONDS
from tests.untrained import write_model


def page():
    import streamlit as st

    from pages.ui.evaluate.heat_maps import render_heat_maps

    render_heat_maps(st.session_state["state"])


@pytest.fixture
def card(tmp_path):
    return read_card(write_model(tmp_path) / "card.toml")


@pytest.fixture
def drawn(card, monkeypatch):
    def draw(*checked, source="recorded test untrained", **changes):
        """checked: (case, label, passed) in the record; without any there is none."""
        record = MapRecord(
            model=card.id, version=card.version, weights_sha256=card.weights.sha256, images="five", command="by hand",
            recommended="layer-cam", why="Best.", methods=(MethodRecord(name="layer-cam", title="LayerCAM"),),
            checked=tuple(CheckedMap(case=case, label=label, passed=passed) for case, label, passed in checked),
        )  # fmt: skip
        monkeypatch.setattr(passing_maps, "usable_map_record", lambda of: record if checked else None)
        evaluated = state(**({"card": card} | changes))
        object.__setattr__(evaluated.subject, "source", source)
        opened = AppTest.from_function(page, default_timeout=SECONDS)
        opened.session_state["state"] = evaluated
        opened.run()
        assert not opened.exception
        return opened

    return draw


def test_each_label_and_subgroup_has_its_share_with_interval_and_n(drawn, card):
    assert recorded_source(card, "test") == "recorded test untrained"
    opened = drawn(("a", "ILL", True), ("b", "ILL", False), ("c", "ILL", True), ("d", "WELL", True))
    table = opened.get("html")[0].proto.body
    rows = [row.split("</th>") for row in table.split('<th scope="row">')[1:]]
    assert [(name, cells.count("<td>")) for name, cells in rows] == [
        ("All findings", 1), ("Ill", 1), ("Well", 1), ("Sex: F", 1), ("Sex: M", 1),
    ]  # fmt: skip
    assert "<b>0.750</b>" in rows[0][1]
    assert " to " in rows[0][1]
    assert "n 4" in rows[0][1]
    assert opened.caption[0].value.endswith("LayerCAM.")


def test_without_a_record_the_page_says_how_to_make_one(drawn):
    opened = drawn()
    assert not opened.get("html")
    assert "has not been recorded" in opened.caption[0].value
    assert "python -m meddx explain-check --model untrained --passing" in opened.caption[0].value


def test_of_other_images_no_recorded_number_is_shown(drawn):
    opened = drawn(("a", "ILL", True), source="file")
    assert not opened.get("html")
    assert "test images only" in opened.caption[0].value


def test_a_system_that_is_no_model_has_no_such_section(drawn):
    opened = drawn(card=None)
    assert (len(opened.header), len(opened.caption)) == (0, 0)
