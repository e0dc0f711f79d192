"""The images of one browser session, in memory only: they go when it ends or the reader removes them.

A reload of the page keeps them (pages.ui.common.kept_sessions).
"""

import hashlib
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeAlias, cast
from weakref import WeakSet

import streamlit as st

from meddx.config import max_held_bytes, max_upload_bytes
from meddx.engine.contract import DeidentifiedFile, Diagnosis, UnpackedPart
from meddx.imaging.measurements import ImageScale, Measurement, image_scale
from meddx.records.recorded import AnswerToRecord, OpinionToRecord
from meddx.types import Box, DrawableImage, Explanation, ImageHeader, JobStatus, Prediction, ReaderOpinion, Refusal
from pages.ui.common import browser_cookie, image_route, kept_sessions, tabs
from pages.ui.common.given import NOTHING, GivenBeside
from pages.ui.common.request_line import RequestLine
from pages.ui.common.upload_limit import max_upload_mb
from pages.ui.sign_in import current_account

if TYPE_CHECKING:
    from pages.ui.common.case_table import CaseTable
    from pages.ui.common.image_stack import ImageStack

MAX_DRAWN = 3
"""Images that stay decoded; the others are decoded again from their bytes when opened."""

FILM_PARAMETER = "film"
"""Query parameter: the beginning of the SHA-256 of the film that the address is of."""

RequestKey = tuple[str, int, GivenBeside]
"""Key of the model's card (Card.key), zero-based frame, and what was given beside it (SessionCase.key): neither a new
card nor another record ever meets an old answer."""
MapRequestKey = tuple[str, int, GivenBeside, str]
"""A RequestKey with the method of explanation."""
LabelKey = tuple[str, int, GivenBeside, str]
"""A RequestKey with the label."""
MapCheckKey = tuple[str, int, GivenBeside, str, str]
"""A RequestKey with the label and the method of explanation."""


@dataclass(frozen=True)
class PendingRequest:
    """Hold a request to the engine.

    draws: whether it decodes the image too, so that a refusal concerns the image. in_line: whether it waits its turn
    among the requests of images that are not open.
    """

    key: RequestKey
    draws: bool
    future: Future[Diagnosis | DrawableImage | Prediction]
    in_line: bool = False


@dataclass(frozen=True)
class PendingRecord:
    """Hold an answer that is to be recorded, with an opinion on it or without."""

    key: RequestKey
    answer: AnswerToRecord
    opinion: OpinionToRecord | None


@dataclass(eq=False)
class SessionCase:
    """Hold one uploaded file and every result on it.

    library: the address of a case of this server's library, "" for a film that the reader added.
    drawn_name: returns the name in the reader's language, where it is no file's; None for one that stays as it is.
    header: what the file says of patient, study and series; None until the engine has read it.
    drawn: the image of `frame` and its address, once the engine has read it. thumbnail: a small picture of its first
        frame, or the request for one.
    masked: where text in its pixels was found and blackened when it was de-identified.
    frame, frames: zero-based index of the present frame, and how many the file has, as far as is known.
    rejected: why the file is not kept at all. damaged: by frame, why the engine cannot read it.
    given: by card, what its model is told beside the image; nothing where it is not in there. Derived from the file's
        header, the session's table and `entered` by pages.ui.diagnose.record.known_beside.
    entered: by card, what the reader has entered by field, "" where a value was taken back. note: the one that the
        reader has entered, None until then. began: by key, what the widgets for these began with.
    answers, errors: by card, frame and what was given, the model's answer, or why the engine could give none; under
        engine_requests.IMAGE_ALONE why it has not drawn the frame.
    labels: by model, the label that the reader chose.
    maps: by card, frame, what was given and method, the heat maps of every label, or the status of their computation.
    map_checks, quick_checks: by these and the label, the job that checks the heat map, and the quick one that
        runs by itself.
    shows_unreliable_maps: whether the reader has asked to see maps of this image that did not pass.
    patient: what the file's header says of the patient, title -> text; None until a reader asks for it.
    headers: by frame, what results as DICOM take over from the file's header, or why there are none; read on request.
    sends: by card, frame, label and PACS, the sending of results there, with the number of objects.
    counterfactuals: by card, frame, what was given and label, the job that searches the smallest change that flips the
        finding.
    opinions: by card, frame, what was given and label, what the reader thinks of the result.
    measurements: by frame, what the reader has drawn on it. scales: by frame that was drawn, what distances on it mean.
    recorded: by card, frame and what was given, when something of it was last recorded. unrecorded: what is still to
        be, in its order; recording: the request that records it; record_fault: why the last one did not, "" where
        nothing failed.
    """

    name: str
    data: bytes
    library: str = ""
    drawn_name: Callable[[], str] | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    header: ImageHeader | None = field(default=None, repr=False)
    frame: int = 0
    drawn: tuple[DrawableImage, str] | None = None
    thumbnail: image_route.Thumbnail | Future[bytes] | None = None
    frames: int = 1
    masked: tuple[Box, ...] = ()
    rejected: Refusal | None = None
    damaged: dict[int, Refusal] = field(default_factory=dict)
    given: dict[str, GivenBeside] = field(default_factory=dict, repr=False)
    entered: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    note: str | None = field(default=None, repr=False)
    began: dict[str, str] = field(default_factory=dict, repr=False)
    answers: dict[RequestKey, Prediction | Refusal] = field(default_factory=dict)
    errors: dict[RequestKey, str] = field(default_factory=dict)
    pending: PendingRequest | None = None
    labels: dict[str, str] = field(default_factory=dict)
    counterfactuals: dict[LabelKey, JobStatus] = field(default_factory=dict)
    maps: dict[MapRequestKey, Explanation | Future[Explanation] | JobStatus] = field(default_factory=dict)
    map_checks: dict[MapCheckKey, JobStatus] = field(default_factory=dict)
    quick_checks: dict[MapCheckKey, JobStatus] = field(default_factory=dict)
    shows_unreliable_maps: bool = False
    patient: dict[str, str] | None = None
    headers: dict[int, str | Refusal] = field(default_factory=dict)
    sends: dict[tuple[str, int, str, str], Future[int]] = field(default_factory=dict)
    opinions: dict[LabelKey, ReaderOpinion] = field(default_factory=dict)
    measurements: dict[int, tuple[Measurement, ...]] = field(default_factory=dict)
    scales: dict[int, ImageScale] = field(default_factory=dict)
    recorded: dict[RequestKey, datetime] = field(default_factory=dict)
    unrecorded: list[PendingRecord] = field(default_factory=list)
    recording: Future[None] | None = None
    record_fault: str = ""

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the file, hex."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def title(self) -> str:
        """Return the name as pages draw it."""
        return self.drawn_name() if self.drawn_name is not None else self.name

    def key(self, model: str) -> RequestKey:
        """Return the key of the results on the present frame with what is given now. model: key of its card."""
        return model, self.frame, self.given.get(model, NOTHING)

    @property
    def unreadable(self) -> Refusal | None:
        """Return why the present frame will never be drawn, None where it may be; other frames may be whole."""
        return self.rejected or self.damaged.get(self.frame)

    def draw(self, image: DrawableImage) -> None:
        """Keep the decoded image, unless the reader has turned to another frame meanwhile."""
        self.frames = image.frames
        if image.frame == self.frame:
            self.drawn = (image, image_route.image_url(image))
            self.scales[image.frame] = image_scale(image)

    def turn_to(self, frame: int) -> None:
        """Choose another frame, zero-based; its image must be decoded first."""
        if frame != self.frame:
            self.frame, self.drawn = frame, None


HeadersRead: TypeAlias = SimpleQueue[tuple[SessionCase, ImageHeader]]
"""Cases, and what their files say."""


@dataclass(eq=False)
class ArrivingArchive:
    """Hold an uploaded archive until the engine has unpacked all of it into the session.

    pending: the request for its next part. start, total: files that have been unpacked, and that it holds, 0 while
    unknown. held: names it to the engine while that holds it. images: of those, how many became cases. others: what is
    no image, by name.
    """

    name: str
    data: bytes
    pending: Future[UnpackedPart] | None = None
    start: int = 0
    total: int = 0
    held: str = ""
    images: int = 0
    others: dict[str, Refusal] = field(default_factory=dict)


@dataclass(eq=False)
class ArrivingFilm:
    """Hold an uploaded film until the engine has taken out of it what identifies its patient.

    name: a pseudonym without ending. data: of the original. opens: whether it is opened then.
    """

    name: str
    data: bytes
    opens: bool
    pending: Future[DeidentifiedFile] | None = None


@dataclass(eq=False)
class AskedFilm:
    """Hold a de-identified film until a reader has said what text in its pixels is masked.

    boxes: where text was found. places: these as the reader has moved them, and places of the reader's own. drawing,
    masking: the requests for its image and for the masked file; kept: what is masked in that. fault: why the last one
    failed. drawn: name of each change that the browser has reported -> number of the place that it set. is_confirmed:
    whether the reader has asked for the masking, which begins once all that the browser reports with it is set.
    """

    case: SessionCase
    boxes: tuple[Box, ...]
    places: list[Box]
    drawing: Future[DrawableImage] | None = None
    masking: Future[bytes] | None = None
    kept: tuple[Box, ...] = ()
    fault: str = ""
    drawn: dict[str, int] = field(default_factory=dict)
    is_confirmed: bool = False


@dataclass(eq=False)
class ArrivingStudy:
    """Hold a study that is being fetched from a PACS until all of it is in the session.

    pacs: its name. waiting: name and content of files that have come and are not in the session yet. total: images of
    the study, None while unknown. images: of those, how many became cases. left_out: series that are not fetched.
    stop: set to end it. pending: the retrieval itself.
    """

    pacs: str
    waiting: list[tuple[str, bytes]] = field(default_factory=list)
    total: int | None = None
    images: int = 0
    left_out: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    pending: Future[None] = field(default_factory=Future)

    @property
    def held(self) -> int:
        """Return how many bytes wait."""
        return sum(len(data) for _, data in list(self.waiting))


@dataclass(frozen=True)
class StudyEnd:
    """Hold how the fetching of a study ended: what came of it, and the refusal that ended it early."""

    pacs: str
    images: int = 0
    left_out: int = 0
    refusal: Refusal | None = None


@dataclass(eq=False)
class FurtherPane:
    """Hold what stands beside the open image: another image, or the open one by another model; nothing at first.

    case, frame: id of the other image, and the zero-based frame of it; stack: the frames it is scrolled through.
    model: id of the other model. awaited: what the page's address names, where it is not in the session.
    left_empty: whether the reader has chosen that it shows nothing.
    filled: how often the page and not the reader has chosen this; the list to choose from is a new one each time.
    """

    case: str = ""
    frame: int = 0
    stack: "ImageStack | None" = None
    model: str = ""
    awaited: str = ""
    left_empty: bool = False
    filled: int = 0


_lock = threading.Lock()
_sessions: "WeakSet[Session]" = WeakSet()


def held_bytes() -> Counter[str]:
    """Return by tab how many bytes of images its session holds."""
    with _lock:
        sessions = list(_sessions)
    held: Counter[str] = Counter()
    for one in sessions:
        held[one.tab] += one.held + sum(len(archive.data) for archive in list(one.arriving))
    return held


def drop_ended() -> int:
    """Drop the images of sessions whose tab has ended; return how many sessions had some."""
    with _lock:
        sessions = list(_sessions)
    return sum(map(kept_sessions.drop_if_ended, sessions))


@dataclass(eq=False)
class Session:
    """Hold the images of one session and the reader's choices.

    cases: in the order of upload. arriving: archives that are being unpacked. films: those that are being
    de-identified; asked: those that the reader is asked about. study: the one that is being fetched from a PACS, and
    study_end: how the last one ended. opened: ids of opened cases, the current one last. methods: by model,
    the method of explanation. model: id of the chosen model, which its select box forgets while another page is open.
    left_model: id in the address when the model was chosen, until a page is drawn with the choice.
    order, filter: how the worklist is sorted and which images it shows (pages.ui.diagnose.worklist.worklist_view).
    hides_patient: whether the worklist shows neither names nor dates. heard: number of the last request of the worklist
    that was followed (pages.ui.common.asked). headers: the request for what files say of patient and study;
    headers_read: what it has found that no script has taken over yet.
    line: requests about images that are not open. films_line: those to de-identify films.
    stack: the frames between which the viewer scrolls (pages.ui.common.image_stack).
    table: the records of cases that the reader has added, by file name.
    layout: how many panes are shown, the open image's among them. further_panes: what the others show, also those that
    are not shown now. fills_panes: whether priors that are found now fill the empty ones. links_panes: whether all
    share window, zoom and scrolling.
    tab: the one that it belongs to (pages.ui.common.tabs). used: when that last asked for it, time.monotonic.
    """

    cases: list[SessionCase] = field(default_factory=list)
    arriving: list[ArrivingArchive] = field(default_factory=list)
    films: list[ArrivingFilm] = field(default_factory=list)
    asked: list[AskedFilm] = field(default_factory=list)
    study: ArrivingStudy | None = None
    study_end: StudyEnd | None = None
    opened: list[str] = field(default_factory=list)
    methods: dict[str, str] = field(default_factory=dict)
    model: str = ""
    left_model: str | None = None
    order: str = "study"
    filter: str = ""
    hides_patient: bool = False
    heard: int = 0
    headers: Future[None] | None = None
    headers_read: HeadersRead = field(default_factory=SimpleQueue, repr=False)
    line: RequestLine = field(default_factory=RequestLine, repr=False)
    films_line: RequestLine = field(default_factory=RequestLine, repr=False)
    table: "CaseTable | None" = field(default=None, repr=False)
    stack: "ImageStack | None" = None
    layout: int = 1
    further_panes: tuple[FurtherPane, ...] = field(
        default_factory=lambda: (FurtherPane(), FurtherPane(), FurtherPane())
    )
    fills_panes: bool = False
    links_panes: bool = True
    uploads: int = 0
    """Number of uploads so far: part of the key of the next, empty uploader."""
    tab: str = ""
    used: float = 0.0

    def __post_init__(self) -> None:
        """Let held_bytes find it, as long as it lives."""
        with _lock:
            _sessions.add(self)

    @property
    def current(self) -> SessionCase | None:
        """Return the open case, None while there is none."""
        return self.find(self.opened[-1]) if self.opened else None

    @property
    def is_empty(self) -> bool:
        """Return whether it holds no image, and none is on its way."""
        return not self.cases and not self.asked and not self.is_arriving

    @property
    def is_arriving(self) -> bool:
        """Return whether an archive, a film or a study is on its way."""
        return bool(self.arriving or self.films) or self.study is not None

    @property
    def held(self) -> int:
        """Return how many bytes of images it holds, those among them that are on their way."""
        cases = [*list(self.cases), *(asked.case for asked in list(self.asked))]
        coming = sum(len(film.data) for film in list(self.films)) + (self.study.held if self.study is not None else 0)
        return sum(len(case.data) for case in cases) + coming

    @property
    def room(self) -> int:
        """Return how many bytes of images may yet be unpacked into it, by its own limit and by that of all sessions."""
        return max(0, min(max_upload_bytes() - self.held, max_held_bytes() - held_bytes().total()))

    def find(self, case_id: str) -> SessionCase | None:
        """Return the case of that id, None when it has been removed."""
        return next((case for case in self.cases if case.id == case_id), None)

    def has_film(self, beginning: str) -> bool:
        """Return whether the SHA-256 of one of the films begins so; False for ""."""
        return bool(beginning) and any(case.digest.startswith(beginning) for case in self.cases)

    def add(
        self, name: str, data: bytes, library: str = "", drawn_name: Callable[[], str] | None = None
    ) -> SessionCase:
        """Add a file and return its case; beyond the session's limit the case is a refusal without the bytes."""
        case, limit = SessionCase(name, data, library, drawn_name), max_upload_mb()
        if self.held + len(data) > max_upload_bytes():
            case.data = b""
            case.rejected = Refusal(
                "session-full",
                f"At most {limit:,} MB can be uploaded at a time. Remove some images from the list, then add this one "
                "again.",
            )
        self.cases.append(case)
        return case

    def refuse(self, name: str, refusal: Refusal, drawn_name: Callable[[], str] | None = None) -> SessionCase:
        """Add a file that is not kept, so that the worklist says why, and return its case."""
        case = SessionCase(name, b"", drawn_name=drawn_name, rejected=refusal)
        self.cases.append(case)
        return case

    def open(self, case: SessionCase) -> None:
        """Make it the current case; of those opened before, only the last MAX_DRAWN stay decoded."""
        self.opened = [case_id for case_id in self.opened if case_id != case.id] + [case.id]
        for case_id in self.opened[:-MAX_DRAWN]:
            if (old := self.find(case_id)) is not None:
                old.drawn = None

    def remove(self, case: SessionCase) -> None:
        """Remove a case; open its neighbour if it was the current one."""
        at = self.cases.index(case)
        was_current = case is self.current
        self.cases.remove(case)
        if case.pending is not None:
            self.line.leave(case.pending.future)
        if isinstance(case.thumbnail, Future):
            self.line.leave(case.thumbnail)
        holders: tuple[Session | FurtherPane, ...] = (self, *self.further_panes)
        for holder in holders:  # the address of a frame ends with its image
            if holder.stack is not None and any(one is case for one, _ in holder.stack.frames):
                holder.stack = None
        self.opened = [case_id for case_id in self.opened if case_id != case.id]
        if was_current and self.cases:
            self.open(self.cases[min(at, len(self.cases) - 1)])

    def drop_all(self) -> None:
        """Drop every image, and what is drawn of it, whoever still holds its case."""
        self.line.clear()
        self.films_line.clear()
        for case in self.cases:
            case.data, case.drawn, case.thumbnail = b"", None, None
            case.note = case.header = case.patient = case.pending = None
            for held in (
                case.opinions, case.measurements, case.scales, case.unrecorded, case.given, case.entered, case.began,
                case.answers, case.errors, case.maps, case.map_checks, case.quick_checks, case.counterfactuals,
                case.recorded, case.headers,
            ):  # fmt: skip
                held.clear()
        self.cases.clear()
        self.table = None
        self.headers, self.headers_read = None, SimpleQueue()
        self.stack = None
        for pane in self.further_panes:
            pane.case, pane.stack = "", None
        for arriving in (self.arriving, self.films, self.asked):
            arriving.clear()
        if self.study is not None:
            self.study.stop.set()
            self.study = None
        self.opened.clear()


def session() -> Session:
    """Return the session of the tab whose script is running.

    At the tab's first run it is the one that this browser's tab left when it was reloaded, else a new one; also where
    a lost tab comes back after another took its session up.
    """
    tab = tabs.this_tab()
    held = cast(Session | None, st.session_state.get("images"))
    if held is None or held.tab not in ("", tab):
        token = browser_cookie.browser_token() if tab else ""
        browser = f"{token} {current_account.owner()}" if token else ""  # films are of who is signed in, too
        held = kept_sessions.take_up(browser, tab, st.query_params.get(FILM_PARAMETER, "")) or Session()
        kept_sessions.keep(held, browser)
        st.session_state["images"] = held
    held.tab, held.used = tab, time.monotonic()
    return held
