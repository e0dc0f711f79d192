"""An upload goes once no tab uses it."""

import pytest
from streamlit import runtime

from meddx.errors import Refused
from pages.ui.common import tabs, upload_leases


@pytest.fixture
def kept(monkeypatch):
    """The tabs that Streamlit keeps; the first is the one whose script runs."""
    kept = ["a"]
    monkeypatch.setattr(upload_leases, "_holders", {})
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(tabs, "this_tab", lambda: kept[0])
    monkeypatch.setattr(tabs, "is_kept", kept.__contains__)
    return kept


def test_it_stays_over_a_reload_and_goes_with_the_last_tab(kept, engine):
    upload_leases.hold("token")
    upload_leases.discard_unused()
    kept.insert(0, "b")
    upload_leases.hold("token")
    kept.remove("a")
    upload_leases.discard_unused()
    assert engine.discarded == []
    kept.clear()
    upload_leases.discard_unused()
    upload_leases.discard_unused()
    assert engine.discarded == ["token"]


def test_it_is_tried_again_while_the_engine_is_not_up(kept, engine):
    upload_leases.hold("token")
    kept.clear()
    engine.fails = 1
    upload_leases.discard_unused()
    assert engine.discarded == []
    upload_leases.discard_unused()
    assert engine.discarded == ["token"]


def test_one_that_a_job_took_is_forgotten(kept, engine, monkeypatch):
    asked = []

    def refuse(token):
        asked.append(token)
        raise Refused("no-upload", "It is not there.")

    monkeypatch.setattr(engine, "discard_upload", refuse)
    upload_leases.hold("token")
    kept.clear()
    upload_leases.discard_unused()
    upload_leases.discard_unused()
    assert asked == ["token"]
