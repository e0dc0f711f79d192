"""Run `meddx pacs`: search a PACS, fetch a study into a folder, store files there, and ask whether it answers."""

import argparse
import getpass
import json
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from meddx.audit.entry import AuditEvent
from meddx.audit.record import record
from meddx.errors import MeddxError, Refused
from meddx.imaging.dataset import looks_like_dicom
from meddx.whole_file import whole_file

if TYPE_CHECKING:
    from meddx.network.pacs_access import Archive
    from meddx.network.pacs_config import Pacs, PacsConfig

HELP = "search a PACS, fetch studies, store DICOM files there, and ask whether it answers"
_STORED_TOGETHER = 64 << 20
_NO_LIMIT = 1 << 50
"""Bytes: a folder has no limit but the disk."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions of `meddx pacs` with their options."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help="TOML, see docs/hospital.md; default MEDDX_PACS")
    common.add_argument("--pacs", metavar="NAME", help="which of them; needed where there are several")
    common.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    search = actions.add_parser("search", parents=[common], help="list studies: patient data, on stdout alone")
    search.add_argument("--patient", default="", metavar="ID", help="patient ID; wildcards * and ? in any text")
    search.add_argument("--accession", default="", metavar="NUMBER", help="accession number")
    search.add_argument("--name", default="", metavar="NAME", help="Last^First, or its beginning")
    search.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="first date of the study")
    search.add_argument("--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="last date of the study")
    search.add_argument("--modality", default="", metavar="CODE", help="of any series of the study, such as DX")
    get = actions.add_parser("get", parents=[common], help="fetch the images of a study into a folder")
    get.add_argument("study", metavar="STUDY", help="Study Instance UID, as search prints it")
    get.add_argument("-o", "--out", type=Path, required=True, metavar="FOLDER", help="where to; a new or empty folder")
    send = actions.add_parser("send", parents=[common], help="store DICOM files in a PACS that takes_results")
    send.add_argument("files", nargs="+", type=Path, metavar="FILE")
    actions.add_parser("echo", parents=[common], help="ask whether the PACS answers")


def run(arguments: argparse.Namespace) -> int:
    """Do the action and return 0, of send 1 where a file was left out. Raises Refused, MeddxError and OSError."""
    from meddx.network import pacs_access
    from meddx.network.pacs_config import configured_pacs, read_pacs_config

    config = configured_pacs() if arguments.config is None else read_pacs_config(arguments.config)
    if config is None:
        raise MeddxError("no PACS is configured: name a file with --config, or set MEDDX_PACS")
    names = [pacs.name for pacs in config.all]
    if arguments.pacs is None and len(names) > 1:
        raise MeddxError(f"several PACS are configured: choose one with --pacs, {', '.join(names)}")
    pacs = config.named(arguments.pacs or names[0])
    source = pacs_access.archive(pacs, config)
    if arguments.action == "search":
        return _search(source, pacs.name, arguments)
    if arguments.action == "get":
        return _get(source, pacs.name, config, arguments)
    if arguments.action == "send":
        return _send(source, pacs, arguments)
    source.echo()
    _print(arguments, {"pacs": pacs.name, "answers": True}, [f"{pacs.name} answers"])
    return 0


def _search(source: "Archive", name: str, arguments: argparse.Namespace) -> int:
    from meddx.network.pacs_studies import MOST_STUDIES, StudyQuery

    query = StudyQuery(
        arguments.patient, arguments.name, arguments.accession, arguments.since, arguments.until, arguments.modality
    )
    studies = source.search(query)
    _record("pacs-search", name, f"{query.asked_by}: {len(studies)} studies")
    shown = studies[:MOST_STUDIES]
    lines = [
        "\t".join((one.uid, one.date, " ".join(one.modalities), one.patient_id, one.name, one.accession, one.title))
        for one in shown
    ]
    more = len(studies) > MOST_STUDIES
    if more:
        print(f"only the first {MOST_STUDIES} studies: narrow the search", file=sys.stderr)
    _print(arguments, {"studies": [asdict(one) for one in shown], "more": more}, lines)
    return 0


def _get(source: "Archive", name: str, config: "PacsConfig", arguments: argparse.Namespace) -> int:
    from meddx.network.pacs_access import plan_retrieval, retrieved_files

    folder: Path = arguments.out
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise MeddxError(f"{folder} is not empty; name a new folder with -o")
    plan = plan_retrieval(source, arguments.study, config.max_images)
    _record("pacs-open", name, f"{plan.images if plan.images is not None else 'unknown number of'} images")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    paths = list[Path]()
    for file, data in retrieved_files(source, plan, _NO_LIMIT, config.max_images, threading.Event()):
        path = folder / f"{len(paths) + 1:05d}-{file}"  # the names of two series may be the same
        with whole_file(path, private=True) as partial:
            partial.write_bytes(data)
        paths.append(path)
    lines = [str(path) for path in paths]
    _print(arguments, {"files": lines, "series_left_out": plan.left_out}, lines)
    return 0


def _send(source: "Archive", pacs: "Pacs", arguments: argparse.Namespace) -> int:
    if not pacs.takes_results:
        raise Refused("no-results", f"PACS {pacs.name} takes nothing from here: set takes_results = true for it.")
    left_out, stored = {}, 0
    for some in _together(arguments.files):
        objects = {}
        for path in some:
            data = path.read_bytes()
            if looks_like_dicom(data):
                objects[str(path)] = data
            else:
                left_out[str(path)] = "no DICOM file"
        if objects:
            _record("pacs-send", pacs.name, f"{len(objects)} objects")
            source.store(objects)
            stored += len(objects)
    lines = [*(f"{path}: {reason}" for path, reason in left_out.items()), f"{stored} objects are stored in {pacs.name}"]
    _print(arguments, {"pacs": pacs.name, "stored": stored, "left_out": left_out}, lines)
    return 1 if left_out else 0


def _together(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield the files in groups that are held and sent together. Raises OSError before any is sent."""
    sizes = [path.stat().st_size for path in paths]
    some, size = list[Path](), 0
    for path, more in zip(paths, sizes, strict=True):
        if some and size + more > _STORED_TOGETHER:
            yield some
            some, size = [], 0
        some.append(path)
        size += more
    yield some


def _record(event: AuditEvent, name: str, detail: str) -> None:
    record(event, who=getpass.getuser(), subject=name, detail=detail)


def _print(arguments: argparse.Namespace, document: dict[str, object], lines: Sequence[str]) -> None:
    print(json.dumps(document, indent=2) if arguments.json else "\n".join(lines))
