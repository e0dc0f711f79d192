"""What a tab leaves is dropped once Streamlit keeps it no longer."""

import pytest
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from pages.ui.common import ended_tabs, kept_sessions, session, tabs, upload_leases
from pages.ui.common.image_route import Thumbnail
from tests.pages.fake import drawable


@pytest.fixture
def kept(monkeypatch):
    """The tabs that Streamlit keeps."""
    kept = {"a", "b"}
    monkeypatch.setattr(tabs, "is_kept", kept.__contains__)
    monkeypatch.setattr(tabs, "forget_expired", lambda: 0)
    monkeypatch.setattr(upload_leases, "_holders", {})
    return kept


def test_films_and_files_of_a_closed_tab_are_dropped_and_others_stay(kept, monkeypatch):
    store = MemoryUploadedFileManager("/upload_file")
    monkeypatch.setattr(runtime, "get_instance", lambda: type("Runtime", (), {"uploaded_file_mgr": store}))
    sessions = {}
    for tab in kept:
        store.add_file(tab, UploadedFileRec("file", "name", "type", b"waiting"))
        sessions[tab] = session.Session(tab=tab)
        sessions[tab].add("film", b"film").draw(drawable())
    still_held = sessions["a"].cases[0]
    still_held.thumbnail = Thumbnail(b"jpeg")
    ended_tabs.drop_ended()
    assert all(one.cases for one in sessions.values())
    kept.remove("a")
    ended_tabs.drop_ended()
    assert sessions["a"].cases == []
    assert (still_held.data, still_held.drawn, still_held.thumbnail) == (b"", None, None)
    assert list(store.file_storage) == ["b"]
    assert [case.data for case in sessions["b"].cases] == [b"film"]


def test_a_session_whose_tab_is_not_known_yet_stays(kept):
    new = session.Session()
    new.add("film", b"film")
    assert not kept_sessions.drop_if_ended(new)
    assert new.cases
