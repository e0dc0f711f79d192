"""The images of one browser session. They live in its memory only, and go when it ends or the reader removes them."""

import secrets
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import cast

import streamlit as st

from meddx.config import max_upload_bytes
from meddx.engine.contract import Diagnosis
from meddx.types import DrawableImage, Explanation, JobStatus, Prediction, Refusal
from pages.ui.common import image_route

MAX_DRAWN = 3
"""Images that stay ready to draw; the others are drawn again from their bytes when opened."""

RequestKey = tuple[str, int]
"""Model id and zero-based frame."""
MapRequestKey = tuple[str, int, str]
"""Model id, zero-based frame and method of explanation."""


@dataclass(frozen=True)
class PendingRequest:
    """A question on its way to the engine; draws: whether the answer brings the image, so that a refusal is of it."""

    question: RequestKey
    draws: bool
    future: Future[Diagnosis | DrawableImage | Prediction]


@dataclass(eq=False)
class SessionCase:
    """One file and what is known of it.

    drawn: the image of `frame` and its address, once the engine has read it. unreadable: why it never will be.
    answers, troubles: by question, what the model said, or why the engine could not ask it.
    flips: by model, frame and label, how far the search for what would change the finding is.
    labels: by model, the label whose evidence the reader chose.
    maps: by question, the heat maps of every label, or how far they are.
    tests: by model, frame, label and method, what was measured about that map, or how far that is.
    """

    name: str
    data: bytes
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    frame: int = 0
    drawn: tuple[DrawableImage, str] | None = None
    unreadable: Refusal | None = None
    answers: dict[RequestKey, Prediction | Refusal] = field(default_factory=dict)
    troubles: dict[RequestKey, str] = field(default_factory=dict)
    pending: PendingRequest | None = None
    labels: dict[str, str] = field(default_factory=dict)
    flips: dict[tuple[str, int, str], JobStatus] = field(default_factory=dict)
    maps: dict[MapRequestKey, Explanation | Future[Explanation] | JobStatus] = field(default_factory=dict)
    tests: dict[tuple[str, int, str, str], JobStatus] = field(default_factory=dict)

    def draw(self, image: DrawableImage) -> None:
        """Hold the image, unless the reader has turned to another frame meanwhile."""
        if image.frame == self.frame:
            self.drawn = (image, image_route.image_url(image))

    def turn_to(self, frame: int) -> None:
        """Show another frame."""
        if frame != self.frame:
            self.frame, self.drawn = frame, None


@dataclass(eq=False)
class Session:
    """cases: in the order they came. opened: ids, the present one last. methods: by model, the reader's heat map.

    model: id of the one that reads the images; the list of models forgets it while another page is open.
    """

    cases: list[SessionCase] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    methods: dict[str, str] = field(default_factory=dict)
    model: str = ""
    uploads: int = 0
    """How many times files were taken in: the key of the next, empty uploader."""

    @property
    def current(self) -> SessionCase | None:
        """The case being read."""
        return self.find(self.opened[-1]) if self.opened else None

    def find(self, case_id: str) -> SessionCase | None:
        """The case of that id, None when it is gone."""
        return next((case for case in self.cases if case.id == case_id), None)

    def add(self, name: str, data: bytes) -> SessionCase:
        """Take a file in; refused, and its bytes dropped, when the session would hold too much."""
        held = sum(len(case.data) for case in self.cases)
        case = SessionCase(name, data)
        if held + len(data) > max_upload_bytes():
            case.data = b""
            case.unreadable = Refusal(
                "session-full",
                f"A session holds at most {max_upload_bytes() / (1 << 20):.0f} MiB of images: "
                "remove some from the list, then add this one again.",
            )
        self.cases.append(case)
        return case

    def open(self, case: SessionCase) -> None:
        """Make it the current case; of those opened before, only the last few stay drawn."""
        self.opened = [case_id for case_id in self.opened if case_id != case.id] + [case.id]
        for case_id in self.opened[:-MAX_DRAWN]:
            if (old := self.find(case_id)) is not None:
                old.drawn = None

    def remove(self, case: SessionCase) -> None:
        """Forget a case and open its neighbour if it was the current one."""
        at = self.cases.index(case)
        was_current = case is self.current
        self.cases.remove(case)
        self.opened = [case_id for case_id in self.opened if case_id != case.id]
        if was_current and self.cases:
            self.open(self.cases[min(at, len(self.cases) - 1)])


def session() -> Session:
    """The images of the session whose script runs."""
    if "images" not in st.session_state:
        st.session_state["images"] = Session()
    return cast(Session, st.session_state["images"])
