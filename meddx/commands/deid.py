"""Run `meddx deid`: copy images without what identifies the patient."""

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from meddx.commands.deid_output import Report
from meddx.commands.deid_sources import InputFile, sources_of
from meddx.errors import MeddxError, Refused
from meddx.imaging.deidentification.deidentify import dicomdir
from meddx.imaging.deidentification.isolated import IsolatedDeidentifier
from meddx.imaging.deidentification.profile import Dates, Options
from meddx.imaging.deidentification.pseudonyms import Pseudonyms, key_from_file, random_key
from meddx.whole_file import whole_file

HELP = "copy images without what identifies the patient"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx deid`."""
    parser.add_argument("source", type=Path, metavar="IN", help="an image, a folder of images, or a ZIP archive")
    parser.add_argument("out", type=Path, metavar="OUT", help="a new or empty folder; nothing is ever overwritten")
    parser.add_argument(
        "--dates", choices=get_args(Dates), default="remove", help="shift: by a number of days for each patient"
    )
    parser.add_argument(
        "--keep-patient-characteristics", action="store_true", help="keep sex, age, size, weight and the like"
    )
    parser.add_argument(
        "--burned-in", choices=("mask", "refuse", "keep"), default="mask", help="text in the pixels (default: mask)"
    )
    parser.add_argument(
        "--key-file",
        type=Path,
        metavar="FILE",
        help="the secret that equal pseudonyms of several runs need; made if new",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done and write nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """De-identify every image and return 0, or 1 when some were refused.

    Raises MeddxError where IN or OUT cannot be used.
    """
    source, out = arguments.source, arguments.out
    if not source.exists():
        raise Refused("no-such-file", "There is no file or folder of the name given as IN; check the path.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refused("folder-not-empty", "OUT already holds something; name a new or an empty folder.")
    if source.is_dir() and out.resolve().is_relative_to(source.resolve()):
        raise MeddxError("OUT lies in IN: name a folder outside, so that copies and originals stay apart")
    if arguments.key_file is not None and arguments.key_file.resolve().is_relative_to(out.resolve()):
        raise MeddxError("the key file lies in OUT: name a place outside, since who has it can undo the pseudonyms")
    options = Options(arguments.dates, arguments.keep_patient_characteristics, arguments.burned_in)
    keyed = arguments.key_file is not None and (arguments.key_file.exists() or not arguments.dry_run)
    key = key_from_file(arguments.key_file) if keyed else random_key()
    report = Report(options, keyed, writing=not arguments.dry_run)
    pseudonyms = Pseudonyms(key)
    with ExitStack() as opened, IsolatedDeidentifier(options, key) as deidentifier:
        for one in _with_progress(sources_of(source, opened)):
            _copy(one, out, deidentifier, pseudonyms, report)
    print(json.dumps(report.json(), indent=2) if arguments.json else report.text())
    return 1 if report.refused else 0


def _copy(
    source: InputFile, out: Path, deidentifier: IsolatedDeidentifier, pseudonyms: Pseudonyms, report: Report
) -> None:
    """Write the image without what identifies the patient, and tell the report; a file that is refused is only told."""
    try:
        if source.parts[-1].upper() == "DICOMDIR":
            raise dicomdir()
        result = deidentifier.deidentify(source.read())
        path = Path(*(pseudonyms.name(part) for part in source.parts)).with_suffix(result.suffix)
        if report.writing:
            _write(out / path, result.data)
    except Refused as refused:
        report.add_refusal(source.name, refused)
    else:
        report.add(path, result)


def _write(path: Path, data: bytes) -> None:
    """Write a new file, all of it or nothing."""
    if path.exists():
        raise Refused("same-name", "Two files have the same path; rename one of them.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            file.write_bytes(data)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        raise Refused(
            "cannot-be-written", f"The copy cannot be written ({why}): make room or name another OUT."
        ) from None


def _with_progress(sources: list[InputFile]) -> Iterator[InputFile]:
    columns = (TextColumn("images"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield from progress.track(sources)
