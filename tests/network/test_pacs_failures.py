"""Whatever a peer answers ends in one sentence that names neither the patient nor the search."""

import gzip
import json
import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydicom import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind

from meddx.errors import Refused
from meddx.network import dicom_archive, dicomweb
from meddx.network.dicom_archive import DicomArchive
from meddx.network.dicomweb import DicomwebArchive
from meddx.network.multipart import BrokenMessage, CutShort, boundary_of, parts
from meddx.network.pacs_access import RetrievalPlan, retrieved_files
from meddx.network.pacs_config import DicomPacs, DicomwebPacs, PacsConfig
from meddx.network.pacs_studies import FoundSeries, StudyQuery
from tests.network.peers import free_port
from tests.patience import SECONDS

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # of pynetdicom
QUERY = StudyQuery(patient_id="SECRET-7")
PLAN = RetrievalPlan("1.2", (FoundSeries("1.3", "DX", "1", ""),), 0, None)
MULTIPART = 'multipart/related; type="application/dicom"; boundary=b'
FILE = b"--b\r\nContent-Type: application/dicom\r\n\r\n" + bytes(128) + b"DICM" + bytes(500)


@contextmanager
def answering(status=200, body=b"", kind="application/dicom+json", *, headers=(), wait=0.0, states=None, drips=None):
    """A peer that answers every request alike; yields a PACS with its address, and what was asked.

    drips: takes what has been sent, where the body goes byte by byte.
    """
    asked = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1" if ("Transfer-Encoding", "chunked") in headers else "HTTP/1.0"

        def do_GET(self):
            asked.append((self.path, self.headers))
            time.sleep(wait)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if states is not None:
                self.send_header("Content-Length", str(states))
            for header in headers:
                self.send_header(*header)
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # whoever has seen enough hangs up
                if drips is None:
                    self.wfile.write(body)
                for byte in body if drips is not None else b"":
                    self.wfile.write(bytes([byte]))
                    drips.append(byte)
                    time.sleep(0.1)

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/dicom-web"
            yield DicomwebPacs(name="archive", url=url, user="meddx", secret="hush", seconds=1), asked
        finally:
            server.shutdown()
            thread.join()


def sentence(refused):
    text = refused.value.reason
    assert not any(word in text for word in ("SECRET", "127.0.0.1", "hush"))
    assert text.find(".") == len(text) - 1, "one sentence"
    return text


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 401}, "refuses the sign-in"),
        ({"status": 403}, "refuses the sign-in"),
        ({"status": 404}, "nothing at this address"),
        ({"status": 500}, "answered with an error (500)"),
        ({"status": 503}, "answered with an error (503)"),
        ({"body": b"<html>Welcome</html>", "kind": "text/html"}, "url may lead to a web page"),
        ({"body": b'{"0020000D": 7'}, "url may lead to a web page"),
        ({"body": b"[" * 100_000}, "url may lead to a web page"),
        ({"body": b"3"}, "url may lead to a web page"),
        ({"status": 302, "headers": [("Location", "http://127.0.0.1:1/elsewhere")]}, "points to another address"),
        ({"body": b"[", "states": 50}, "cut short"),
        ({"wait": 2.5}, "did not answer within 1 s"),
        ({"body": b" " * 70_000}, "larger than may be taken"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_wrong_answer_to_a_search_is_one_sentence(answer, words, monkeypatch, caplog):
    monkeypatch.setattr(dicomweb, "_ANSWER_BYTES", 1 << 16 if len(answer.get("body", b"")) == 70_000 else 1 << 20)
    with answering(**answer) as (pacs, _), pytest.raises(Refused) as refused:
        DicomwebArchive(pacs).search(QUERY)
    assert words in sentence(refused)
    assert "SECRET" not in caplog.text


@pytest.mark.parametrize("chunked", [False, True])
def test_an_answer_that_drips_ends_with_the_time_for_it(chunked):
    body, sent = b"[" + b" " * 100 + b"]", []
    headers = {"headers": [("Transfer-Encoding", "chunked")]} if chunked else {"states": len(body)}
    body = b"66\r\n" + body + b"\r\n0\r\n\r\n" if chunked else body
    with answering(drips=sent, body=body, **headers) as (pacs, _), pytest.raises(Refused) as refused:
        DicomwebArchive(pacs).search(QUERY)
    assert "did not answer within 1 s" in sentence(refused)
    assert len(sent) < 60, "the rest was not waited for"


@pytest.mark.parametrize("whole", [False, True])
def test_an_answer_in_chunks_and_compressed_is_whole_or_refused(whole):
    body = gzip.compress(b"[" + b" " * 100_000 + b"]")
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (body[:20], body[20:]))
    headers = [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip"), ("Connection", "close")]
    with answering(body=body + b"0\r\n\r\n" * whole, headers=headers) as (pacs, _):
        if whole:
            assert DicomwebArchive(pacs).search(QUERY) == []
        else:
            with pytest.raises(Refused, match="cut short"):
                DicomwebArchive(pacs).search(QUERY)


def test_credentials_are_not_sent_on_by_a_redirect():
    with answering(200, b"[]") as (_, asked_elsewhere):
        elsewhere = [("Location", "http://127.0.0.1:1/x")]
        with answering(307, headers=elsewhere) as (pacs, asked), pytest.raises(Refused):
            DicomwebArchive(pacs).search(QUERY)
        assert len(asked) == 1
        assert asked[0][1]["Authorization"].startswith("Basic ")
        assert asked_elsewhere == []


def test_a_peer_that_overlooks_the_query_does_not_show_other_patients():
    other = {"0020000D": {"vr": "UI", "Value": ["1.2.3"]}, "00100020": {"vr": "LO", "Value": ["OTHER"]}}
    with answering(body=json.dumps([other, {"00100020": 5}, 7, {}]).encode()) as (pacs, _):
        assert DicomwebArchive(pacs).search(QUERY) == []


def test_nobody_there():
    pacs = DicomwebPacs(name="archive", url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Refused) as refused:
        DicomwebArchive(pacs).search(QUERY)
    assert "cannot be reached" in sentence(refused)
    peer = DicomPacs(name="old", ae_title="OLD", host="127.0.0.1", port=free_port(), seconds=2)
    with pytest.raises(Refused) as refused:
        DicomArchive(peer, PacsConfig(dicom=(peer,))).search(QUERY)
    assert "cannot be reached" in sentence(refused)


def test_a_list_of_series_without_end_is_refused(monkeypatch):
    """C-FIND has no limit of its own, and each answer alone is small."""
    monkeypatch.setattr(dicom_archive, "_ANSWER_BYTES", 1 << 12)
    one = Dataset()
    one.SeriesInstanceUID = "1.3"
    entity = AE("OLD")
    entity.add_supported_context(StudyRootQueryRetrieveInformationModelFind)
    port = free_port()
    server = entity.start_server(
        ("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_FIND, lambda _: ((0xFF00, one) for _ in range(500)))]
    )
    try:
        peer = DicomPacs(name="old", ae_title="OLD", host="127.0.0.1", port=port, seconds=SECONDS)
        with pytest.raises(Refused) as refused:
            DicomArchive(peer, PacsConfig(dicom=(peer,))).series("1.2")
        assert "larger than may be taken" in sentence(refused)
    finally:
        server.shutdown()


@pytest.mark.parametrize(
    ("answer", "words", "whole"),
    [
        ({"body": FILE + b"\r\n" + FILE[:300], "kind": MULTIPART}, "cut short", 1),
        ({"body": FILE + b"\r\n", "kind": MULTIPART, "states": 5000}, "cut short", 0),
        ({"body": FILE + b"\r\n" + FILE + b"\r\n--b--", "kind": MULTIPART}, "", 2),
        ({"body": FILE + b"\r\n" + FILE * 4000 + b"\r\n--b--", "kind": MULTIPART}, "larger than may", 1),
        ({"body": b"<html></html>", "kind": "text/html"}, "url may lead to a web page", 0),
        ({"status": 404}, "the study is gone", 0),
    ],
    ids=["cut in a file", "cut after a file", "whole", "too large", "a web page", "gone"],
)
def test_what_came_before_a_wrong_end_is_whole(answer, words, whole):
    files = []
    with answering(**answer) as (pacs, _):
        arriving = retrieved_files(DicomwebArchive(pacs), PLAN, 2000, 10, threading.Event())
        with pytest.raises(Refused, match=words) if words else nullcontext():
            files.extend(data for _, data in arriving)
    assert files == [FILE.partition(b"\r\n\r\n")[2]] * whole


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 409}, "does not take these objects"),
        ({"status": 200}, "did not confirm 1 of 1"),
        ({"status": 202, "body": b"{}"}, "did not confirm 1 of 1"),
        ({"status": 200, "body": b"<html>", "kind": "application/xml"}, "url may lead to a web page"),
    ],
    ids=["conflict", "silent", "none stored", "no XML"],
)
def test_results_count_as_stored_only_where_the_peer_says_so(answer, words, film):
    with answering(**answer) as (pacs, _), pytest.raises(Refused) as refused:
        DicomwebArchive(pacs).store({"film.dcm": film})
    assert words in sentence(refused)


@pytest.fixture
def film():
    from tests.engine.answers import images

    return images(1, StudyInstanceUID="1.2", SeriesInstanceUID="1.3")[0]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_parts_are_found_whatever_pieces_a_message_comes_in(size):
    contents = [b"one", b"", b"-b \r\n-", b"\r\n" * 5]
    message = b"".join(b"\r\n--b\r\nA: 1\r\nB: 2\r\n\r\n" + content for content in contents) + b"\r\n--b--tail"
    pieces = [message[at : at + size] for at in range(0, len(message), size)]
    assert list(parts(pieces, b"b")) == contents
    with pytest.raises(CutShort):
        list(parts([message[:-8]], b"b"))


@pytest.mark.parametrize("kind", ["", "text/html", "multipart/related", "multipart/mixed; boundary=b"])
def test_other_media_types_are_no_multipart_message(kind):
    with pytest.raises(BrokenMessage):
        boundary_of(kind)
    assert boundary_of('multipart/related; type="application/dicom"; boundary="a b"') == b"a b"


@pytest.mark.parametrize(
    "query",
    [
        StudyQuery(),
        StudyQuery(modality="CT"),
        StudyQuery(patient_id="*"),
        StudyQuery(patient_id="a\\b"),
        StudyQuery(patient_id="a\nb"),
        StudyQuery(name="n" * 65),
        StudyQuery(patient_id="1", modality="C-T"),
    ],
    ids=["nothing", "modality alone", "all", "several values", "line feed", "too long", "no code"],
)
def test_a_query_without_meaning_is_refused_before_it_is_sent(query):
    with answering(body=b"[]") as (pacs, asked), pytest.raises(Refused):
        DicomwebArchive(pacs).search(query)
    assert asked == []
