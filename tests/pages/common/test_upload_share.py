"""A file that there is no room for is refused before its bytes are taken."""

import anyio
import httpx
import pytest
from starlette.responses import PlainTextResponse
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from pages.ui.common.session import Session
from pages.ui.common.upload_share import BUSY, FULL, NO_LENGTH, UploadShare

MB = 1_000_000


@pytest.fixture
def store(monkeypatch):
    """Streamlit's store of uploaded files."""
    monkeypatch.setenv("MEDDX_MAX_UPLOAD_BYTES", str(10 * MB))
    monkeypatch.setenv("MEDDX_MAX_HELD_BYTES", str(25 * MB))
    store = MemoryUploadedFileManager("/upload_file")
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: type("Runtime", (), {"uploaded_file_mgr": store}))
    return store


@pytest.fixture
def put(store):
    """PUT a file of a size for a tab; the answer, and whether any byte of it was asked for."""

    async def app(scope, receive, send):
        tab, file = scope["path"].rsplit("/", 2)[1:]
        body = b""
        more = True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        store.add_file(tab, UploadedFileRec(file, "name", "type", body))
        await PlainTextResponse("taken")(scope, receive, send)

    share = UploadShare(app)

    def put(tab, file, size, **headers):
        async def ask():
            async with httpx.AsyncClient(transport=httpx.ASGITransport(share), base_url="http://localhost") as client:
                path = f"/_stcore/upload_file/{tab}/{file}"
                return await client.put(path, content=bytes(size), headers=headers)

        return anyio.run(ask)

    put.share = share
    return put


def test_files_of_one_session_stop_at_its_share_however_many_they_are(put, store):
    answers = [put("a", f"file{n}", 3 * MB) for n in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 413, 413]
    assert answers[-1].text == FULL
    assert sum(len(file.data) for file in store.file_storage["a"].values()) == 9 * MB
    assert put("b", "file", 3 * MB).status_code == 200
    store.remove_session_files("a")
    assert put("a", "again", 3 * MB).status_code == 200


def test_images_that_the_session_has_taken_count_as_long_as_it_is_there(put):
    held = Session(tab="a")
    held.add("film", bytes(8 * MB))
    assert put("a", "file", 3 * MB).text == FULL
    held.cases.clear()
    assert put("a", "file", 3 * MB).status_code == 200


def test_all_sessions_together_stop_at_what_the_server_has(put):
    answers = [put(f"tab{n}", "file", 9 * MB) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 503]
    assert answers[-1].text == BUSY


def test_what_is_still_arriving_counts(put):
    assert put.share._take("a", 8 * MB) == ""
    assert put("a", "file", 3 * MB).text == FULL


def test_a_file_of_unknown_length_is_refused(put):
    async def ask():
        async def pieces():
            yield b"1"

        async with httpx.AsyncClient(transport=httpx.ASGITransport(put.share), base_url="http://localhost") as client:
            return await client.put("/_stcore/upload_file/a/b", content=pieces())

    answer = anyio.run(ask)
    assert (answer.status_code, answer.text) == (411, NO_LENGTH)
    for stated in ("-1", "1e3", "x"):
        assert put("a", "b", 3, **{"Content-Length": stated}).status_code == 411


def test_other_requests_pass():
    passed = []

    async def app(scope, receive, send):
        passed.append(scope)

    others = [{"type": "websocket", "path": "/_stcore/upload_file/a/b"}, {"type": "lifespan"},
              {"type": "http", "method": "DELETE", "path": "/_stcore/upload_file/a/b"},
              {"type": "http", "method": "PUT", "path": "/image/x"}]  # fmt: skip
    for scope in others:
        anyio.run(UploadShare(app), scope, None, None)
    assert passed == others
