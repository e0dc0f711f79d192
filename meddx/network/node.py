"""The DICOM node: films come in, the models of its rules answer them, results go out as the rules say."""

import fcntl
import logging
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from meddx.config import models_dir
from meddx.engine.contract import Engine
from meddx.errors import EngineUnavailable, MeddxError, Refused, without_content
from meddx.explain.map_record import method_named
from meddx.model.registry import find_model
from meddx.network.durable_files import write_folder_durably
from meddx.network.film_attributes import FilmAttributes, film_attributes
from meddx.network.film_results import ResultChoices, film_results
from meddx.network.node_config import NodeConfig, NodeRule
from meddx.network.node_queue import QUEUE_FILE, Film, NodeQueue, Task
from meddx.network.receiver import Receiver
from meddx.network.sender import send_objects

_log = logging.getLogger(__name__)
_IDLE_SECONDS = 0.2
_TROUBLE_SECONDS = 5.0
_CLEAN_SECONDS = 3600.0


class DicomNode:
    """A running node; close() ends it. One at a time in a folder.

    engine: answers films, in a process of its own. Raises CardError where the model of a rule is not installed, Refused
    where another node has the folder, OSError where the address cannot be had.
    """

    def __init__(self, config: NodeConfig, engine: Engine) -> None:
        for rule in config.rule:
            find_model(models_dir(), rule.model)
        self._config, self._engine = config, engine
        self._films, self._results = config.folder / "films", config.folder / "results"
        for folder in (config.folder, self._films, self._results):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _locked(config.folder / "lock")
        self._queue = NodeQueue(config.folder / QUEUE_FILE)
        self._remove_remnants()
        self._closing = threading.Event()
        self._cleaned = 0.0
        self._receiver = Receiver(config, self._queue, self._films)
        steps = (("answering", self._answer_next), ("sending", self._send_next))
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
            self._closing.wait(pause)

    def _answer_next(self) -> bool:
        """Assign the films of complete studies and let a model answer one film; return whether there was one."""
        for film in self._queue.complete_films(self._config.quiet_seconds):
            self._assign(film)
        if time.monotonic() - self._cleaned > _CLEAN_SECONDS or not self._cleaned:
            self._remove_old()
        task = self._queue.next_task("answer")
        if task is None:
            return False
        self._attempt(task, self._answer)
        return True

    def _send_next(self) -> bool:
        """Send the results on one film to one peer; return whether there was one."""
        task = self._queue.next_task("send")
        if task is None:
            return False
        self._attempt(task, self._send)
        return True

    def _assign(self, film: Film) -> None:
        try:
            attributes = film_attributes((self._films / film.sha256).read_bytes())
        except Refused as refused:
            self._queue.assign(film.id, [], refused.reason)
            return
        rules = [rule.name for rule in self._config.rule if rule.fits(attributes)]
        self._queue.assign(film.id, rules, "" if rules else _no_rule(attributes))
        _log.info("film %d: %s", film.id, f"rules {', '.join(rules)}" if rules else "no rule is for it")

    def _attempt(self, task: Task, work: Callable[[Task], None]) -> None:
        """Do a task; whatever it raises is recorded, so that no film holds up the others."""
        try:
            work(task)
        except Refused as refused:
            self._queue.refuse(task, refused.reason)
            _log.info("film %d, task %d: refused (%s)", task.film, task.id, refused.rule)
        except (EngineUnavailable, MeddxError) as error:
            self._postpone(task, str(error))
        except sqlite3.Error:
            raise
        except Exception as error:  # a full disk, or what nobody foresaw; without its text, which may hold a name
            self._postpone(task, without_content(error))

    def _postpone(self, task: Task, reason: str) -> None:
        self._queue.postpone(task, reason, self._config.retry)
        _log.warning("film %d, task %d: attempt %d failed", task.film, task.id, task.attempts + 1)

    def _answer(self, task: Task) -> None:
        rule = self._rule(task)
        folder = self._result_folder(task)
        remark = ""
        if not folder.is_dir():  # else the node ended between writing the results and recording them
            data = (self._films / self._queue.film(task.film).sha256).read_bytes()
            if film_attributes(data).frames > 1:
                raise Refused(
                    "several-frames", "The film has several frames: the node reads films of one; use Diagnose."
                )
            model = find_model(models_dir(), rule.model)
            method = method_named(rule.method, model.folder, model.card)
            choices = ResultChoices(method, area=rule.area, report=rule.report)
            results = film_results(self._engine, data, model, choices=choices)
            remark = " ".join(results.left_out)
            write_folder_durably(folder, results.files)
        self._queue.finish(task, rule.send_to, remark)
        _log.info("film %d, task %d: answered by %s", task.film, task.id, rule.model)

    def _send(self, task: Task) -> None:
        peer = self._config.peer_named(task.peer)
        if peer is None:
            raise MeddxError(f"Peer {task.peer} is not configured any more.")
        files = sorted(self._result_folder(task).glob("*.dcm"))
        if not files:
            raise MeddxError("The results have been removed.")
        send_objects({path.name: path.read_bytes() for path in files}, peer, self._config.ae_title, self._config.tls)
        self._queue.finish(task)
        _log.info("film %d, task %d: sent to %s", task.film, task.id, task.peer)

    def _rule(self, task: Task) -> NodeRule:
        rule = self._config.rule_named(task.rule)
        if rule is None:
            raise MeddxError(f"Rule {task.rule} is not configured any more.")
        return rule

    def _result_folder(self, task: Task) -> Path:
        return self._results / f"{task.film}-{task.rule}"

    def _remove_remnants(self) -> None:
        """Remove what was being written when the node ended: nobody was told that it is here."""
        known = {film.sha256 for film in self._queue.films() if film.state != "removed"}
        for path in (*self._films.iterdir(), *self._results.glob(".*.partial")):
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in known:
                path.unlink()

    def _remove_old(self) -> None:
        """Remove the files of films that need nothing any more and are older than the configuration allows."""
        self._cleaned = time.monotonic()
        for film in self._queue.removable_films(time.time() - 86400 * self._config.keep_days):
            for folder in self._results.glob(f"{film.id}-*"):
                shutil.rmtree(folder)
            (self._films / film.sha256).unlink(missing_ok=True)
            self._queue.mark_removed(film.id)


def _no_rule(film: FilmAttributes) -> str:
    stated = ", ".join(filter(None, (film.modality, film.body_part, film.view))) or "nothing stated"
    return f"No rule is for it ({stated})."


def _locked(path: Path) -> int:
    """Return the open file that keeps other nodes out of a folder. Raises Refused where one is in it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise Refused("node-runs", "Another node runs in this folder: end it, or configure another folder.") from None
    return handle
