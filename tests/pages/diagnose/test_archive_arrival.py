"""Archives on their way into the session."""

from dataclasses import replace

import numpy as np
import pytest

from meddx.engine import unpacking
from meddx.engine.contract import ARCHIVE_GONE
from meddx.errors import Refused
from pages.ui.common import account_engine
from pages.ui.common.language.language import drawn_in
from pages.ui.common.language.translated import translated
from pages.ui.common.session import ArrivingArchive, Session
from pages.ui.diagnose.archive_arrival import add_medium, arrival_text, collect_archives, is_medium
from tests.engine.archives import archive, dicomdir
from tests.imaging.images import image_bytes
from tests.pages.fake import FakeEngine

IMAGE = image_bytes(np.zeros((8, 8), np.uint8), Modality="DX")


@pytest.fixture
def engine(monkeypatch):
    engine = FakeEngine()
    monkeypatch.setattr(account_engine, "own_engine", lambda: engine)
    monkeypatch.setattr("meddx.engine.local.engine", lambda: engine)
    return engine


def arrived(content, session=None, name="study.zip"):
    """The session after the archive."""
    session = session or Session()
    session.arriving.append(ArrivingArchive(name, content))
    while collect_archives(session):
        if session.arriving[0].pending:
            session.arriving[0].pending.exception(timeout=60)
    return session


def states(session):
    return [(case.name, case.rejected and case.rejected.rule) for case in session.cases]


def test_images_and_refusals_arrive_by_name_and_the_first_image_is_opened(engine):
    session = Session()
    session.open(session.add("before", b"image"))
    arrived(archive({"letter.txt": b"a letter", "1": IMAGE, "2": IMAGE, "empty": b""}), session)
    expected = [("before", None), ("1", None), ("2", None), ("letter.txt", "not-an-image"), ("empty", "empty")]
    assert states(session) == expected
    assert session.current.name == "1"
    assert session.held == len(b"image") + 2 * len(IMAGE)


def test_parts_are_asked_for_one_after_the_other_and_counted(engine, monkeypatch):
    monkeypatch.setattr(unpacking, "_PART_FILES", 2)
    session = Session()
    session.arriving.append(ArrivingArchive("study.zip", archive({f"{number}": IMAGE for number in range(5)})))
    seen = []
    while collect_archives(session):
        seen.append(arrival_text(session))
        if session.arriving[0].pending:
            session.arriving[0].pending.exception(timeout=60)
    assert [case.name for case in session.cases] == ["0", "1", "2", "3", "4"]
    assert "Unpacking study.zip: 2 of 5 files" in seen
    assert arrival_text(session) == ""


class HoldingEngine(FakeEngine):
    """Holds an archive for its next part, until it is replaced by another."""

    def __init__(self):
        super().__init__()
        self.sent, self.held = [], b""

    def unpack(self, archive, room, start=0, held=""):
        self.sent.append(bool(archive))
        if held and not self.held:
            raise Refused(ARCHIVE_GONE, "It is gone.")
        self.held = archive or self.held
        return replace(unpacking.unpack(self.held, room, start), held="name")


def test_an_archive_is_sent_once_and_again_to_an_engine_that_has_lost_it(monkeypatch):
    monkeypatch.setattr(unpacking, "_PART_FILES", 2)
    engine, session = HoldingEngine(), Session()
    monkeypatch.setattr(account_engine, "own_engine", lambda: engine)
    monkeypatch.setattr("meddx.engine.local.engine", lambda: engine)
    session.arriving.append(ArrivingArchive("study.zip", archive({f"{number}": IMAGE for number in range(7)})))
    while collect_archives(session):
        if session.arriving[0].pending:
            session.arriving[0].pending.exception(timeout=60)
        if len(engine.sent) == 2:
            engine.held = b""
    assert engine.sent == [True, False, False, True, False]
    assert [case.name for case in session.cases] == [f"{number}" for number in range(7)]


def test_the_programs_of_a_medium_are_one_row_and_damaged_images_their_own(engine):
    programs = {f"viewer/{number}.dll": b"MZ" for number in range(30)}
    medium = {"DICOMDIR": dicomdir(["1"], ["2"]), "1": IMAGE, "empty": b"", **programs}
    session = arrived(archive(medium))
    assert states(session) == [
        ("1", None), ("2", "not-in-archive"), ("empty", "empty"), ("study.zip", "not-an-image"),
    ]  # fmt: skip
    assert "31 of its files are no images: DICOMDIR, viewer/0.dll, " in session.cases[-1].rejected.reason


def test_the_dropped_files_of_a_medium_arrive_as_an_archive_of_them_would(engine):
    dropped = [("DICOMDIR", dicomdir(["A", "IM1"], ["B", "IM1"])), ("IM1", IMAGE), ("IM1", IMAGE), ("run.exe", b"MZ")]
    assert is_medium(name for name, _ in dropped)
    assert not is_medium(["IM1", "DICOMDIR.txt"])
    session = Session()
    add_medium(session, dropped)
    while collect_archives(session):
        if session.arriving[0].pending:
            session.arriving[0].pending.exception(timeout=60)
    assert states(session) == [("IM1", None), ("IM1 (3)", None), ("DICOMDIR", "not-an-image")]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (archive({"a.txt": b"a", "b.txt": b"b"}), "not-an-image"),
        (archive({}), "no-image-in-archive"),
        (b"PK\x03\x04 cut", "unreadable-archive"),
    ],
)
def test_an_archive_without_image_is_one_row_that_says_why(content, rule, engine):
    session = arrived(content)
    assert states(session) == [("study.zip", rule)]
    assert session.current is session.cases[0]


def test_an_engine_that_does_not_answer_leaves_a_row_that_says_so(engine):
    engine.unpack = lambda *_: engine._answers()
    engine.fails = 1
    session = arrived(archive({"1": IMAGE}))
    assert states(session) == [("study.zip", "engine-unavailable")]


def test_images_beyond_the_limit_are_refused_by_name(engine, monkeypatch):
    monkeypatch.setenv("MEDDX_MAX_UPLOAD_BYTES", str(2 * len(IMAGE) + 10))
    session = arrived(archive({f"{number}": IMAGE for number in range(3)}))
    assert states(session) == [("0", None), ("1", None), ("2", "session-full")]


def test_what_is_kept_of_an_archive_does_not_change_with_the_language(engine):
    with drawn_in("zh_CN"):
        session = arrived(archive({"letter.txt": b"a letter", "2.txt": b"another"}))
        [case] = session.cases
        assert case.rejected.reason == "2 of its files are no images: letter.txt, 2.txt."
        assert translated(case.rejected.reason) == "其中 2 个文件不是图像：letter.txt, 2.txt。"
