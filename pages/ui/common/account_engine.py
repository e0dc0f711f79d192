"""The engine as the session's account may use it: the jobs that its role allows, and its own evaluations.

Pages ask the engine through here alone, so that a callback or a fragment of a page drawn earlier is checked too.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from meddx.accounts.accounts import Account, Role
from meddx.audit.entry import AuditEvent
from meddx.engine import local
from meddx.engine.contract import (
    COMPARE,
    EVALUATE,
    MAP_CHECK,
    MAP_GALLERY,
    QUICK_MAP_CHECK,
    READ_SCORES,
    DeidentifiedFile,
    Diagnosis,
    Engine,
    EvaluationResult,
    Record,
    StoredJob,
    UnpackedPart,
    UploadedFile,
    UploadKind,
)
from meddx.errors import Refused
from meddx.types import (
    Box,
    DrawableImage,
    EngineStatus,
    Explanation,
    ImageHeader,
    JobStatus,
    Prediction,
    Refusal,
    StoredFrame,
)
from pages.ui.common import upload_leases
from pages.ui.common.session_audit import Actor, actor
from pages.ui.sign_in import current_account

ROLES_OF_JOBS: dict[str, Role] = {
    "explain": "reader",
    "counterfactual": "reader",
    "patient_facts": "reader",
    "source_header": "reader",
    "predict_frames": "reader",
    MAP_CHECK: "reader",
    QUICK_MAP_CHECK: "reader",
    MAP_GALLERY: "reader",
    READ_SCORES: "reader",
    COMPARE: "reader",
    EVALUATE: "evaluator",
    "inspect_labelled_set": "evaluator",
    "inspect_model": "admin",
    "compare_preprocessing": "admin",
    "add_model": "admin",
    "recalibrate": "admin",
}
"""The least role that may start each kind of job."""
_OWNED = (EVALUATE, "add_model", "recalibrate")
"""The kinds of job that note who started them."""
_SHOWING: dict[str, tuple[AuditEvent, str]] = {
    "patient_facts": ("view", "what its header says of the patient"),
    "source_header": ("view", "its header, for results as DICOM"),
    "predict_frames": ("prediction", "all frames"),
    MAP_GALLERY: ("prediction", "maps by several methods"),
}
"""The kinds of job that show of an image what was not shown before."""


def own_engine() -> "AccountEngine":
    """Return the engine as the account of the running script may use it; the result may be asked on other threads.

    Outside of a script, where nobody could tell whose it is, it is the one that `on_behalf_of` was given; without that
    it raises RuntimeError.
    """
    return _given.get() or AccountEngine(actor(), local.engine().owned_by(current_account.share()))


@contextmanager
def on_behalf_of(engine: "AccountEngine") -> Iterator[None]:
    """Let `own_engine` return this engine on this thread, as for a file that is made after the script has ended."""
    token = _given.set(engine)
    try:
        yield
    finally:
        _given.reset(token)


_given: ContextVar["AccountEngine | None"] = ContextVar("given engine", default=None)


@dataclass(frozen=True)
class AccountEngine:
    """An implementation of meddx.engine.contract.Engine for one account, which tells the audit log what it is asked.

    Raises Refused ("audit") where that cannot be told, and ("not-allowed") for what its role does not include;
    evaluations of others are as if they were not there ("no-job"), so that nobody learns which there are.
    """

    actor: Actor
    inner: Engine

    def status(self) -> EngineStatus:
        """Return the state of the engine."""
        return self.inner.status()

    def image(self, data: bytes, frame: int = 0) -> DrawableImage:
        """Return the frame, ready to draw."""
        image = self.inner.image(data, frame)
        self.actor.record("view", data=data)
        return image

    def thumbnail(self, data: bytes, side: int, frame: int = 0) -> bytes:
        """Return the frame as JPEG in the file's window, at most `side` pixels long."""
        picture = self.inner.thumbnail(data, side, frame)
        self.actor.record("view", data=data, detail="thumbnail")
        return picture

    def header(self, data: bytes) -> ImageHeader:
        """Return what the file says of patient, study and series."""
        header = self.inner.header(data)
        if header.patient:
            self.actor.record("view", data=data, detail="what its header says of the patient")
        return header

    def deidentify(self, data: bytes) -> DeidentifiedFile:
        """Return an image file without what identifies its patient; nothing of it is shown yet."""
        return self.inner.deidentify(data)

    def mask_text(self, data: bytes, boxes: tuple[Box, ...]) -> bytes:
        """Return a file that `deidentify` asked about with these boxes masked."""
        masked = self.inner.mask_text(data, boxes)
        self.actor.record("view", data=masked, detail=f"said that its pixels hold text in {len(boxes)} places")
        return masked

    def unpack(self, archive: bytes, room: int, start: int = 0, held: str = "") -> UnpackedPart:
        """Return files of a ZIP archive, from number `start` on."""
        return self.inner.unpack(archive, room, start, held)

    def predict(
        self,
        data: bytes,
        model: str,
        frame: int = 0,
        *,
        record: Record | None = None,
        note: str = "",
        hurry: bool = True,
    ) -> Prediction:
        """Return the model's prediction with a heat map for every label."""
        try:
            answer = self.inner.predict(data, model, frame, **_beside(record, note), hurry=hurry)
        except Refused as refused:
            self._predicted(data, model, Refusal(refused.rule, refused.reason))
            raise
        self._predicted(data, model, answer)
        return answer

    def diagnose(
        self, data: bytes, model: str, frame: int = 0, *, record: Record | None = None, note: str = ""
    ) -> Diagnosis:
        """Return the frame, ready to draw, and the model's prediction in one call."""
        diagnosis = self.inner.diagnose(data, model, frame, **_beside(record, note))
        self.actor.record("view", data=data)
        self._predicted(data, model, diagnosis.answer)
        return diagnosis

    def explain(
        self, data: bytes, model: str, method: str, frame: int = 0, *, record: Record | None = None, note: str = ""
    ) -> Explanation:
        """Return the maps of every label by one method."""
        return self.inner.explain(data, model, method, frame, **_beside(record, note))

    def start(self, kind: str, arguments: Mapping[str, Any]) -> str:
        """Start a job that the role includes and return its id; an evaluation belongs to the account from then on."""
        self._require(ROLES_OF_JOBS.get(kind, "admin"))
        if kind in _OWNED:
            arguments = {**arguments, "owner": self.account.name if self.account else ""}
        if kind in _SHOWING:
            event, detail = _SHOWING[kind]
            self.actor.record(event, data=arguments["data"], subject=str(arguments.get("model", "")), detail=detail)
        for name in ("upload", "model_upload"):
            if name in arguments:
                upload_leases.hold(arguments[name])
        id = self.inner.start(kind, arguments)
        if kind == EVALUATE:
            self.actor.record("evaluation", subject=id, detail=f"started: {arguments['model']}")
        return id

    def job(self, id: str) -> JobStatus:
        """Return the status of a job."""
        return self.inner.job(id)

    def cancel(self, id: str) -> None:
        """Ask a job to end soon."""
        self.inner.cancel(id)

    def upload(self, files: Iterable[UploadedFile], kind: UploadKind = "images") -> str:
        """Store files for jobs that take `upload` and return the upload's token."""
        token = self.inner.upload(files, kind)
        upload_leases.hold(token)
        return token

    def discard_upload(self, token: str) -> None:
        """Remove an upload that no job has taken or reads."""
        self.inner.discard_upload(token)

    def jobs(self) -> tuple[StoredJob, ...]:
        """Return the account's evaluations, the newest first; none where its role does not include them."""
        if self.account and not self.account.may(ROLES_OF_JOBS[EVALUATE]):
            return ()
        return tuple(job for job in self.inner.jobs() if self._owns(job))

    def job_record(self, id: str) -> StoredJob:
        """Return the record of one of the account's evaluations."""
        self._require(ROLES_OF_JOBS[EVALUATE])
        job = self.inner.job_record(id)
        if not self._owns(job):
            raise Refused("no-job", "This job is not known any more: it was removed, or is too old; start it again.")
        return job

    def job_result(self, id: str) -> EvaluationResult:
        """Return the result of one of the account's evaluations."""
        self.job_record(id)
        return self.inner.job_result(id)

    def job_case(self, id: str, case: str) -> StoredFrame:
        """Return the image of one case of one of the account's evaluations."""
        self.job_record(id)
        image = self.inner.job_case(id, case)
        self.actor.record("view", data=image.data, subject=id, detail="case of an evaluation")
        return image

    def remove_job(self, id: str) -> None:
        """Remove one of the account's evaluations with all that it kept."""
        self.job_record(id)
        self.actor.record("evaluation", subject=id, detail="removed")
        self.inner.remove_job(id)

    @property
    def account(self) -> Account | None:
        """Return the account, None where there are no accounts."""
        return self.actor.account

    def _predicted(self, data: bytes, model: str, answer: Prediction | Refusal) -> None:
        if isinstance(answer, Refusal):
            self.actor.record("prediction", "refused", data=data, subject=model.partition(":")[0], detail=answer.rule)
        else:
            self.actor.record("prediction", data=data, subject=f"{answer.model} {answer.version}")

    def _require(self, role: Role) -> None:
        if self.account and not self.account.may(role):
            raise current_account.not_allowed(role, self.account)

    def _owns(self, job: StoredJob) -> bool:
        return current_account.owned_by(self.account, job.arguments.get("owner", ""))


def _beside(record: Record | None, note: str) -> dict[str, Any]:
    """Return what was given beside an image, as arguments of the engine's methods."""
    return ({"record": record} if record else {}) | ({"note": note} if note else {})
