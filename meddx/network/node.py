"""The DICOM node: films come in, the models of its rules answer them, results go out as the rules say."""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from meddx.audit.entry import AuditEvent
from meddx.config import models_dir
from meddx.engine.client import NotUp
from meddx.engine.contract import Engine
from meddx.errors import EngineUnavailable, MeddxError, Refused, without_content
from meddx.imaging.image_header import image_header
from meddx.model.registry import InstalledModel, find_model
from meddx.network import node_reasons
from meddx.network.config_fields import Peer
from meddx.network.film_answer import answer_files, read_answer
from meddx.network.film_attributes import film_attributes
from meddx.network.node_audit import NotRecorded, record_film
from meddx.network.node_config import NodeConfig, NodeRule
from meddx.network.node_database import AnsweredLabel, Film, Heading, Task
from meddx.network.node_folder import NodeFolder
from meddx.network.node_queue import NodeQueue
from meddx.network.opinion_objects import opinion_objects
from meddx.network.receiver import Receiver
from meddx.network.sender import PeerAway, send_objects
from meddx.types import ImageHeader

_log = logging.getLogger(__name__)
_IDLE_SECONDS = 0.2
_TROUBLE_SECONDS = 5.0
_CLEAN_SECONDS = 3600.0
_SENT_TOGETHER = 64 << 20
"""Bytes of results that are held and sent in one association, unless one object alone is larger."""


@dataclass(frozen=True)
class _Done:
    """How a task ended: to which peers its results go, what was left out of them, and what they say of each label."""

    peers: Sequence[str] = ()
    remark: str = ""
    labels: Sequence[AnsweredLabel] = ()


class DicomNode:
    """A running node; close() ends it. One at a time in a folder.

    engine: answers films, in a process of its own. Raises CardError where the model of a rule is not installed, Refused
    where it lacks a label that is called critical or another node has the folder, OSError where the address cannot be
    had.
    """

    def __init__(self, config: NodeConfig, engine: Engine) -> None:
        for rule in config.rule:
            _require_labels(rule, find_model(models_dir(), rule.model))
        self._config, self._engine = config, engine
        self._folder = NodeFolder(config.folder)
        self._folder.make()
        self._lock = self._folder.lock()
        self._queue = NodeQueue(self._folder.queue_file)
        self._folder.remove_remnants(self._queue)
        self._closing = threading.Event()
        self._cleaned = 0.0
        self._receiver = Receiver(config, self._queue, self._folder)
        steps = (("answering", self._answer_next), ("sending", self._send_next), ("describing", self._describe_next))
        self._threads = [threading.Thread(target=self._repeat, args=(step,), name=name) for name, step in steps]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Take no more films, finish what is under way and end."""
        self._closing.set()
        self._receiver.close()
        for thread in self._threads:
            thread.join()
        self._queue.close()
        os.close(self._lock)

    def _repeat(self, step: Callable[[], bool]) -> None:
        """Do a step again and again; wait a moment where there was nothing to do, and longer after trouble."""
        while not self._closing.is_set():
            try:
                pause = 0.0 if step() else _IDLE_SECONDS
            except (OSError, sqlite3.Error) as error:  # a full disk: everything is still to do
                _log.error("the node cannot go on at present: %s", without_content(error))
                pause = _TROUBLE_SECONDS
            except NotRecorded as error:  # likewise
                _log.error("the node cannot go on at present: %s", error)
                pause = _TROUBLE_SECONDS
            self._closing.wait(pause)

    def _answer_next(self) -> bool:
        """Assign the films of complete studies and let a model answer one film; return whether there was one."""
        for film in self._queue.complete_films(self._config.quiet_seconds):
            self._assign(film)
        if time.monotonic() - self._cleaned > _CLEAN_SECONDS or not self._cleaned:
            self._cleaned = time.monotonic()
            self._folder.remove_old(self._queue, self._config.keep_days)
        task = self._queue.next_task("answer")
        if task is None:
            return False
        self._attempt(task, self._answer)
        return True

    def _send_next(self) -> bool:
        """Send the results on one film, or the opinions on them, to one peer; return whether there were any."""
        task = self._queue.next_task("send") or self._queue.next_task("opinion")
        if task is None:
            return False
        self._attempt(task, self._send if task.kind == "send" else self._send_opinions)
        return True

    def _describe_next(self) -> bool:
        """Record whose film one is, for the worklist; return whether there was one."""
        film = self._queue.film_without_heading()
        if film is None:
            return False
        try:
            header = image_header(self._folder.film(film))
        except (Refused, FileNotFoundError):  # which the assignment says
            header = ImageHeader()
        names = [one.name for one in fields(Heading) if one.name != "film"]
        self._queue.add_heading(Heading(film.id, **{name: getattr(header, name) for name in names}))
        return True

    def _assign(self, film: Film) -> None:
        try:
            attributes = film_attributes(self._folder.film(film))
        except Refused as refused:
            self._leave(film, refused.rule, refused.reason)
            return
        except FileNotFoundError:
            self._leave(film, "no-file", node_reasons.FILE_MISSING)
            return
        rules = [rule.name for rule in self._config.rule if rule.fits(attributes)]
        if not rules:
            self._leave(film, "no-rule", node_reasons.no_rule(attributes))
            return
        self._queue.assign(film.id, rules)
        _log.info("film %d: rules %s", film.id, ", ".join(rules))

    def _leave(self, film: Film, rule: str, reason: str) -> None:
        """Record that no model reads a film. rule: of the refusal."""
        record_film("film-read", "refused", sha256=film.sha256, subject="no rule", detail=rule)
        self._queue.assign(film.id, [], reason)
        _log.info("film %d: no model reads it (%s)", film.id, rule)

    def _attempt(self, task: Task, work: Callable[[Task, Film], _Done]) -> None:
        """Do a task; whatever it raises is recorded, so that no film holds up the others. Raises NotRecorded."""
        film = self._queue.film(task.film)
        try:
            done = work(task, film)
        except Refused as refused:
            event: AuditEvent = "film-read" if task.kind == "answer" else "film-sent"
            record_film(event, "refused", sha256=film.sha256, subject=task.aim, detail=refused.rule)
            self._queue.refuse(task, refused.reason)
            _log.info("film %d, task %d: refused (%s)", task.film, task.id, refused.rule)
        except (NotUp, PeerAway) as error:
            self._postpone(task, film, str(error))
        except (EngineUnavailable, MeddxError) as error:
            self._postpone(task, film, str(error), by_itself=True)
        except (sqlite3.Error, NotRecorded):
            raise
        except Exception as error:  # a full disk, or what nobody foresaw; without its text, which may hold a name
            is_of_disk = isinstance(error, OSError) and not isinstance(error, FileNotFoundError)
            self._postpone(task, film, without_content(error), by_itself=not is_of_disk)
        else:
            self._queue.finish(task, done.peers, done.remark, done.labels)
            _log.info("film %d, task %d: %s by %s", task.film, task.id, task.kind, task.aim)

    def _postpone(self, task: Task, film: Film, reason: str, *, by_itself: bool = False) -> None:
        attempts = task.attempts + 1
        if attempts >= self._config.retry.attempts:
            detail = f"{task.kind}: {attempts} attempts"
            record_film("film-failed", "refused", sha256=film.sha256, subject=task.aim, detail=detail)
        self._queue.postpone(task, reason, self._config.retry, by_itself=by_itself)
        _log.warning("film %d, task %d: attempt %d failed", task.film, task.id, attempts)

    def _answer(self, task: Task, film: Film) -> _Done:
        rule, results = self._rule(task), self._folder.results_of(task)
        if not results.is_dir():  # else the node ended between writing the results and recording them
            model = find_model(models_dir(), rule.model)
            data = self._folder.film(film)
            self._folder.keep_results(task, answer_files(self._engine, film.id, data, rule, model))
        labels, remark = read_answer(results)
        record_film("film-read", sha256=film.sha256, subject=task.aim, detail=rule.model)
        return _Done(rule.send_to, remark, labels)

    def _send_opinions(self, task: Task, film: Film) -> _Done:
        opinions = self._queue.opinions(film.id, task.rule)
        card = find_model(models_dir(), self._rule(task).model).card
        objects = opinion_objects(self._folder.film(film), self._folder.results_of(task), card, opinions)
        peer = self._peer(task)
        record_film("film-sent", sha256=film.sha256, subject=task.aim, detail=f"opinions: {len(objects)}")
        send_objects(objects, peer, self._config.ae_title, self._config.tls)
        left_out = len(opinions) - len(objects)
        return _Done(remark=node_reasons.opinions_left_out(left_out) if left_out else "")

    def _send(self, task: Task, film: Film) -> _Done:
        peer = self._peer(task)
        files = sorted(self._folder.results_of(task).glob("*.dcm"))
        if not files:
            raise MeddxError(node_reasons.RESULTS_REMOVED)
        record_film("film-sent", sha256=film.sha256, subject=task.aim)  # before, as what is not recorded is not done
        for some in _sent_together(files):
            objects = {path.name: path.read_bytes() for path in some}
            send_objects(objects, peer, self._config.ae_title, self._config.tls)
        return _Done()

    def _peer(self, task: Task) -> Peer:
        peer = self._config.peer_named(task.peer)
        if peer is None:
            raise MeddxError(node_reasons.peer_gone(task.peer))
        return peer

    def _rule(self, task: Task) -> NodeRule:
        rule = self._config.rule_named(task.rule)
        if rule is None:
            raise MeddxError(node_reasons.rule_gone(task.rule))
        return rule


def _sent_together(files: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield the files in groups that fit into memory."""
    some, size = list[Path](), 0
    for path in files:
        size += path.stat().st_size
        if some and size > _SENT_TOGETHER:
            yield some
            some, size = [], path.stat().st_size
        some.append(path)
    yield some


def _require_labels(rule: NodeRule, model: InstalledModel) -> None:
    """Raise Refused where a rule calls a label critical that its model does not have."""
    known = [label.name for label in model.card.labels]
    unknown = [label for label in rule.critical if label not in known]
    if unknown:
        raise Refused(
            "node-config",
            f"Rule {rule.name} calls {', '.join(unknown)} critical, which model {rule.model} does not know: choose of "
            f"{', '.join(known)}.",
        )
