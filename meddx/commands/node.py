"""Run `meddx node`: receive films by DICOM, let models answer them, send results; list and repeat what failed."""

import argparse
import getpass
import json
import logging
import signal
import threading
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from meddx.audit.record import record
from meddx.config import RESEARCH_USE
from meddx.errors import MeddxError, Refused
from meddx.export.dicom_results.result_files import require_dicom_results

if TYPE_CHECKING:
    from meddx.network.node_config import NodeConfig
    from meddx.network.node_queue import NodeQueue

HELP = "receive films by DICOM, let models answer them and send the results where rules say"
_ACTIONS = ("run", "list", "resend")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx node`."""
    parser.add_argument(
        "action",
        nargs="?",
        choices=_ACTIONS,
        default="run",
        help="run (default); list: films and tasks; resend: let the tasks of these numbers be due now",
    )
    parser.add_argument("ids", nargs="*", type=int, metavar="ID", help="of resend: tasks, by their numbers in list")
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="TOML, see docs/hospital.md")
    parser.add_argument("--state", metavar="STATE", help="of list: waiting, done, refused or failed tasks only")
    parser.add_argument("--json", action="store_true", help="of list: print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Do the action and return 0, of resend 1 where a task cannot be sent again.

    Raises Refused for a configuration with a fault and where packages are missing, OSError where the address cannot be
    had.
    """
    from meddx.network.node_config import read_node_config

    config = read_node_config(arguments.config)
    if arguments.ids and arguments.action != "resend":
        raise MeddxError("numbers of tasks are for resend")
    if arguments.action == "run":
        return _run(config)
    queue = _queue(config)
    try:
        return _resend(queue, arguments.ids) if arguments.action == "resend" else _list(queue, arguments)
    finally:
        queue.close()


def _run(config: "NodeConfig") -> int:
    """Run the node until it is asked to end."""
    require_dicom_results()
    if find_spec("pynetdicom") is None:
        raise Refused("no-pynetdicom", "The node needs packages: pip install -r requirements-pacs.txt.")
    from meddx.engine import local
    from meddx.network.node import DicomNode

    logging.basicConfig(level=logging.INFO, format="%(asctime)s node %(levelname)s %(message)s")
    for name in ("pynetdicom", "pydicom", "highdicom"):  # they repeat what a film says
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells every question to the engine
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        node = DicomNode(config, local.engine())
        print(f"Node {config.ae_title} listens on {config.host}:{config.port}. {RESEARCH_USE}", flush=True)
        try:
            ended.wait()
        finally:
            node.close()
    finally:
        local.stop()
    return 0


def _queue(config: "NodeConfig") -> "NodeQueue":
    from meddx.network.node_folder import NodeFolder

    return NodeFolder(config.folder).queue()


def _list(queue: "NodeQueue", arguments: argparse.Namespace) -> int:
    from meddx.network.node_database import TASK_STATES

    if arguments.state is not None and arguments.state not in TASK_STATES:
        raise MeddxError(f"--state takes {', '.join(TASK_STATES)}")
    films, tasks = queue.films(), queue.tasks()
    chosen = [task for task in tasks if arguments.state in (None, task.state)]
    if arguments.json:
        print(json.dumps({"films": [asdict(one) for one in films], "tasks": [asdict(one) for one in chosen]}, indent=2))
        return 0
    by_number = {film.id: film for film in films}
    if arguments.state is None:
        for film in films:
            if film.state in ("received", "no model"):
                known = f"film {film.id}, {_time(film.received)}, {film.sop_instance_uid}"
                print(f"{known}: {film.state}. {film.reason}".rstrip())
    for task in chosen:
        what = {
            "answer": f"answer by rule {task.rule}",
            "send": f"send results of {task.rule} to {task.peer}",
            "opinion": f"send opinions on results of {task.rule} to {task.peer}",
        }[task.kind]
        film = by_number[task.film]
        reason = f" {task.reason}" if task.reason else ""
        tries = f" after {task.attempts} attempts" if task.attempts else ""
        print(f"task {task.id}, film {film.id}, {film.sop_instance_uid}, {what}: {task.state}{tries}.{reason}")
    counts = Counter(task.state for task in tasks)
    print(f"{len(films)} films; tasks: {', '.join(f'{counts[state]} {state}' for state in TASK_STATES)}")
    return 0


def _resend(queue: "NodeQueue", ids: list[int]) -> int:
    if not ids:
        raise MeddxError("resend needs the number of a task, as list prints it")
    tasks = {task.id: task for task in queue.tasks()}
    refused = []
    for id in ids:
        task = tasks.get(id)
        if task is not None and task.is_repeatable:
            film = queue.film(task.film)
            record("film-resent", who=getpass.getuser(), sha256=film.sha256, subject=task.aim)
        if not queue.resend(id):
            refused.append(id)
            print(f"task {id}: there is none that can be done again")
    print(f"{len(ids) - len(refused)} tasks are due now")
    return 1 if refused else 0


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
