"""Compared models' recorded shares stand side by side, and who has none is named."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from meddx.evaluate.intervals import Interval
from meddx.evaluate.map_evaluation.passing_shares import ALL_FINDINGS, BY_LABEL, PassingShare
from pages.ui.common import passing_maps
from pages.ui.compare import heat_maps
from tests.evaluate.paired.systems import system
from tests.patience import SECONDS

SHARES = {
    "one": {ALL_FINDINGS: PassingShare(Interval(0.75, 0.5, 0.9, "by hand"), 24)},
    "two": {
        ALL_FINDINGS: PassingShare(Interval(0.25, 0.1, 0.5, "by hand"), 12),
        (BY_LABEL, "A"): PassingShare(Interval(0.25, 0.1, 0.5, "by hand"), 12),
    },
    "three": {},
}


def page():
    import streamlit as st

    from pages.ui.compare.heat_maps import render_compared_heat_maps

    render_compared_heat_maps(st.session_state["systems"], {"A": "Abscess", "B": "Bleeding"})


@pytest.fixture
def drawn(monkeypatch):
    cards = {name: SimpleNamespace(id=name, title=f"Model {name}") for name in SHARES}
    monkeypatch.setattr(heat_maps, "installed_models", lambda: SimpleNamespace(cards=cards))
    monkeypatch.setattr(passing_maps, "recorded_shares", lambda card, predictions: SHARES[card.id])
    monkeypatch.setattr(passing_maps, "usable_map_record", lambda card: None)

    def draw(*names, kind="model"):
        opened = AppTest.from_function(page, default_timeout=SECONDS)
        made = [system(name, [[0.9, 0.1], [0.2, 0.8]], [[1, 0], [0, 1]]) for name in names]
        opened.session_state["systems"] = [replace(one, kind=kind) for one in made]
        opened.run()
        assert not opened.exception
        return opened

    return draw


def test_models_stand_side_by_side_and_who_has_no_record_is_named(drawn):
    opened = drawn("one", "two", "three")
    table = opened.get("html")[0].proto.body
    everything, label = table.split('<th scope="row">')[1:]
    assert everything.index("<b>0.750</b>") < everything.index("n 24") < everything.index("<b>0.250</b>")
    assert label.startswith("Abscess")
    assert label.count("not recorded") == 1
    assert [one.value.count("Model three") for one in opened.caption] == [0, 1]


def test_where_nobody_has_a_record_there_is_no_table(drawn):
    opened = drawn("three")
    assert not opened.get("html")
    assert "Model three" in opened.caption[0].value


def test_files_and_readers_have_no_heat_maps(drawn):
    assert len(drawn("one", "two", kind="file").header) == 0
