"""PACS as the session's account may ask them; the audit log learns of each question, without its content."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from meddx.audit.entry import AuditEvent
from meddx.errors import Refused
from meddx.network import pacs_access
from meddx.network.pacs_access import RetrievalPlan
from meddx.network.pacs_config import PacsConfig
from meddx.network.pacs_studies import FoundStudy, StudyQuery
from pages.ui.common.session_audit import Actor, actor
from pages.ui.sign_in import current_account

_Result = TypeVar("_Result")


def own_pacs(config: PacsConfig, name: str) -> "AccountPacs":
    """Return a PACS as the account of the running script may use it; the result may be asked on other threads.

    Raises Refused where it is not configured or packages are missing.
    """
    return AccountPacs(actor(), config, name, pacs_access.archive(config.named(name), config))


@dataclass(frozen=True)
class AccountPacs:
    """A PACS for one account. Its methods raise Refused, also for a role that may not, and where none can record it."""

    actor: Actor
    config: PacsConfig
    name: str
    source: pacs_access.Archive

    def search(self, query: StudyQuery) -> list[FoundStudy]:
        """Return the studies that match. The audit log learns which fields were given, not what they say."""
        found = self._recorded("pacs-search", lambda: self.source.search(query), query.asked_by)
        self.actor.record("pacs-search", subject=self.name, detail=f"{query.asked_by}: {len(found)} studies")
        return found

    def plan(self, study: FoundStudy) -> RetrievalPlan:
        """Return what is to be taken of a study."""
        plan = self._recorded(
            "pacs-open", lambda: pacs_access.plan_retrieval(self.source, study.uid, self.config.max_images)
        )
        images = "images" if plan.images is None else f"{plan.images} images"
        self.actor.record("pacs-open", subject=self.name, detail=images)
        return plan

    def files(self, plan: RetrievalPlan, room: int, stop: threading.Event) -> Iterator[tuple[str, bytes]]:
        """Return name and content of each file as it comes. room: bytes that may be taken. stop: set to end it."""
        self._require_reader()
        return pacs_access.retrieved_files(self.source, plan, room, self.config.max_images, stop)

    def send(self, objects: Mapping[str, bytes], image: bytes) -> None:
        """Store results. image: the file they are of. Recorded before anything is sent."""
        self._require_reader()
        self.actor.record("pacs-send", data=image, subject=self.name, detail=f"{len(objects)} objects")
        self._recorded("pacs-send", lambda: self.source.store(objects))

    def _recorded(self, event: AuditEvent, ask: Callable[[], _Result], detail: str = "") -> _Result:
        """Return an answer; a refusal goes to the audit log too."""
        self._require_reader()
        try:
            return ask()
        except Refused as refused:
            self.actor.record(
                event, "refused", subject=self.name, detail=": ".join(filter(None, (detail, refused.rule)))
            )
            raise

    def _require_reader(self) -> None:
        account = self.actor.account
        if account and not account.may("reader"):
            raise current_account.not_allowed("reader", account)


def in_background(work: Callable[[], _Result]) -> Future[_Result]:
    """Run work that waits for a PACS on a thread of its own, which does not keep the server from ending."""
    future: Future[_Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # whoever asks for the result learns of it
            future.set_exception(error)

    threading.Thread(target=run, name="pacs", daemon=True).start()
    return future
