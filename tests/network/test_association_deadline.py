"""A peer that stalls or drips within a PDU ends in one sentence; without a deadline pynetdicom waits for ever."""

import socket
import struct
import threading
from contextlib import contextmanager, suppress

import pytest
from pynetdicom import AE
from pynetdicom.sop_class import Verification

from meddx.errors import MeddxError, Refused
from meddx.network.association_deadline import association_deadline
from meddx.network.config_fields import Peer
from meddx.network.dicom_archive import DicomArchive
from meddx.network.pacs_config import DicomPacs, PacsConfig
from meddx.network.pacs_studies import StudyQuery
from meddx.network.sender import send_objects
from tests.engine.answers import images
from tests.patience import SECONDS

P_DATA, ACCEPT = 4, 2
STATED = 100
PATIENCE = 20.0
"""Seconds after which the peer hangs up itself, so that a test fails and does not hang."""


def accepted(asked):
    """An A-ASSOCIATE-AC (PS3.8 9.3.3) that accepts every context of a request in Implicit VR Little Endian."""
    contexts, at = [], 74
    while at < len(asked):
        kind, length = struct.unpack(">BxH", asked[at : at + 4])
        if kind == 0x20:
            contexts.append(item(0x21, bytes([asked[at + 4], 0, 0, 0]) + item(0x40, b"1.2.840.10008.1.2")))
        at += 4 + length
    user = item(0x50, item(0x51, struct.pack(">I", 16384)) + item(0x52, b"1.2.3"))
    body = asked[6:74] + item(0x10, b"1.2.840.10008.3.1.1.1") + b"".join(contexts) + user
    return struct.pack(">BxI", ACCEPT, len(body)) + body


def item(kind, content):
    return struct.pack(">BxH", kind, len(content)) + content


@contextmanager
def stalling(pause, *, answers_first=True):
    """A peer that begins a PDU and sends the rest byte by byte with pauses, None for never; yields its port.

    Fails where it was the peer that had to hang up.
    """
    over, hung_up = threading.Event(), threading.Event()

    def serve():
        connection, _ = server.accept()
        with connection, suppress(OSError):
            answer = accepted(connection.recv(1 << 16))
            if answers_first:
                connection.sendall(answer)
                connection.recv(1 << 16)
                answer = struct.pack(">BxI", P_DATA, STATED) + bytes(STATED)
                connection.sendall(answer[:6])
                answer = answer[6:]
            for byte in answer if pause else b"":
                connection.sendall(bytes([byte]))
                if over.wait(pause):
                    return
            if not over.wait(PATIENCE):
                hung_up.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            thread.join()
    assert not hung_up.is_set()


@pytest.mark.parametrize("pause", [None, 0.2], ids=["stalls", "drips"])
@pytest.mark.parametrize("answers_first", [True, False], ids=["in an answer", "in the association"])
def test_a_search_ends_though_the_peer_does_not(pause, answers_first):
    with stalling(pause, answers_first=answers_first) as port:
        pacs = DicomPacs(name="old", ae_title="OLD", host="127.0.0.1", port=port, seconds=1)
        with pytest.raises(Refused, match=r"no further answer|cannot be reached"):
            DicomArchive(pacs, PacsConfig(dicom=(pacs,))).search(StudyQuery(patient_id="1"))


@pytest.mark.parametrize("pause", [None, 0.2], ids=["stalls", "drips"])
def test_sending_ends_though_the_peer_does_not(pause):
    film = images(1, StudyInstanceUID="1.2", SeriesInstanceUID="1.3")[0]
    with stalling(pause) as port:
        peer = Peer(name="old", ae_title="OLD", host="127.0.0.1", port=port)
        with pytest.raises(MeddxError, match=r"did not answer|does not take|cannot be reached"):
            send_objects({"film.dcm": film}, peer, "MEDDX", seconds=1)


def test_messages_do_not_wait_until_the_peer_has_acknowledged_those_before():
    taking = AE()
    taking.add_supported_context(Verification)
    server = taking.start_server(("127.0.0.1", 0), block=False)
    asking = AE()
    asking.add_requested_context(Verification)
    with association_deadline(SECONDS, renewed=False) as handlers:
        association = asking.associate("127.0.0.1", server.server_address[1], evt_handlers=handlers)
        nodelay = association.dul.socket.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        association.release()
    server.shutdown()
    assert nodelay
