"""A listener gets every entry as an audit message of DICOM in a syslog message."""

import re
import socket
import threading
import xml.etree.ElementTree as ET

import pytest

from meddx.audit.dicom_message import audit_message
from meddx.audit.entry import AUDIT_EVENTS
from meddx.audit.log import AuditLog
from meddx.audit.syslog import SyslogForwarder
from tests.patience import SECONDS

HEADER = re.compile(
    rb"<85>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 [\x21-\x7e]{1,255} meddx \d+ DICOM\+RFC3881 - \xef\xbb\xbf"
)
CODED = {"csd-code", "codeSystemName", "originalText"}
PARTS = ["EventIdentification", "ActiveParticipant", "AuditSourceIdentification", "ParticipantObjectIdentification"]
"""In the order of the schema, PS3.15 A.5.1."""


@pytest.fixture
def log(tmp_path):
    log = AuditLog(tmp_path / "audit.jsonl")
    for event in AUDIT_EVENTS:
        outcome = "refused" if event == "sign-in" else "success"
        log.append(event, outcome, who="ana", address="10.0.0.7", case="c" * 32, subject='a<b&"c"', detail="wrong")
    return log


def checked(message, entry):
    """The message, whose header and XML are as RFC 5424 and PS3.15 A.5.1 have them."""
    header = HEADER.match(message)
    assert header, message[:100]
    root = ET.fromstring(message[header.end() :])
    assert root.tag == "AuditMessage"
    kinds = [part.tag for part in root]
    assert kinds == sorted(kinds, key=PARTS.index)
    assert kinds[:3] == PARTS[:3]
    event, user, source, *objects = root
    assert set(event.attrib) == {"EventActionCode", "EventDateTime", "EventOutcomeIndicator"}
    assert event.get("EventActionCode") in "CRUDE"
    assert event.get("EventDateTime") == entry.time
    assert event.get("EventOutcomeIndicator") == ("0" if entry.outcome == "success" else "4")
    assert event[0].tag == "EventID"
    for element in root.iter():
        if element.tag in ("EventID", "EventTypeCode", "RoleIDCode", "ParticipantObjectIDTypeCode"):
            assert set(element.attrib) == CODED
            assert all(element.attrib.values())
    assert user.get("UserID") == "ana"
    assert user.get("UserIsRequestor") == "true"
    assert (user.get("NetworkAccessPointID"), user.get("NetworkAccessPointTypeCode")) == ("10.0.0.7", "2")
    assert source.get("AuditSourceID")
    values = {one[0].get("csd-code"): one.get("ParticipantObjectID") for one in objects}
    assert values == {"case": entry.case, "subject": entry.subject, "number": str(entry.number)}
    assert all(one.get("ParticipantObjectTypeCode") == "2" for one in objects)
    return root


def codes(root):
    return [one.get("csd-code") for one in root[0] if one.tag != "EventOutcomeDescription"]


def test_over_udp(log):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(SECONDS)
        forwarder = SyslogForwarder(log, ("udp", "127.0.0.1", listener.getsockname()[1]))
        assert forwarder.forward() == len(AUDIT_EVENTS)
        assert forwarder.forward() == 0
        messages = {entry.event: checked(listener.recv(65536), entry) for entry in log.entries()}
        forwarder.close()
    assert codes(messages["sign-in"]) == ["110114", "110122"]
    assert codes(messages["sign-out"]) == ["110114", "110123"]
    assert codes(messages["view"]) == ["110103"]
    assert codes(messages["export"]) == ["110106"]
    assert codes(messages["start"]) == ["110100", "110120"]
    assert codes(messages["audit-read"]) == ["110101"]
    assert messages["sign-in"][0].findtext("EventOutcomeDescription") == "wrong"


def frames(connection):
    """The messages of a stream with octet counting."""
    stream = connection.makefile("rb")
    while length := stream.read(1):
        while not length.endswith(b" "):
            length += stream.read(1)
        yield stream.read(int(length))


def test_over_tcp_what_was_written_while_the_listener_was_down_arrives_once_it_is_up(log):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        SyslogForwarder(log, ("tcp", "127.0.0.1", port)).forward()
    with socket.create_server(("127.0.0.1", port)) as listener:
        listener.settimeout(SECONDS)
        ended = threading.Event()
        forwarder = SyslogForwarder(log, ("tcp", "127.0.0.1", port))  # of another process, say
        running = threading.Thread(target=forwarder.run, args=(ended,))
        running.start()
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(SECONDS)
            stream = frames(connection)
            for entry in list(log.entries()):
                checked(next(stream), entry)
            last = log.append("stop", who="ana", address="10.0.0.7", case="c", subject="s")
            ended.set()
            checked(next(stream), last)
            running.join(SECONDS)
            assert next(stream, None) is None


def test_over_tcp_no_entry_goes_to_a_listener_that_has_closed_the_connection(log):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(SECONDS)
        forwarder = SyslogForwarder(log, ("tcp", "127.0.0.1", listener.getsockname()[1]))
        forwarder.forward()
        listener.accept()[0].close()  # as one that starts anew
        late = log.append("view", who="ana", address="10.0.0.7", case="c", subject="s")
        assert forwarder.forward() == 1
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(SECONDS)
            checked(next(frames(connection)), late)
        forwarder.close()


def test_a_log_that_was_moved_away_and_begins_anew_is_sent_from_its_beginning(log):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        forwarder = SyslogForwarder(log, ("udp", "127.0.0.1", listener.getsockname()[1]))
        forwarder.forward()
        for path in (log.path, log.path.with_name("audit.jsonl.head")):
            path.rename(f"{path}.2026")
        log.append("view")
        assert forwarder.forward() == 1
        forwarder.close()


def test_no_entry_makes_a_message_that_is_no_xml(log):
    for entry in log.entries():
        ET.fromstring(audit_message(entry, "server"))
    hostile = log.append("view", who="a\x00\x1bb\ud800", subject="]]>\x0c")
    assert ET.fromstring(audit_message(hostile, "server")).tag == "AuditMessage"
