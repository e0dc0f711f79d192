"""Run `meddx records`: make, list, export, erase, purge and encrypt anew what the server keeps of its cases."""

import argparse
import getpass
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from meddx.audit.entry import AuditEvent
from meddx.audit.record import record
from meddx.formatting import percent, probability
from meddx.records.access import records, require_packages

if TYPE_CHECKING:
    from meddx.records.recorded import RecordedAnswer, RecordedCase, RecordedOpinion

HELP = "cases, findings and readers' opinions that the server keeps, where MEDDX_RECORDS says so"
_OPINIONS = ("agree", "disagree", "unsure", "none")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions of `meddx records` with their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("new-key", help="print a new key, for MEDDX_RECORDS_KEY or a file")
    actions.add_parser("init", help="make the database, or bring its tables up to this version; keeps what it holds")
    listed = actions.add_parser("list", help="list the cases, those last added to first")
    show = actions.add_parser("show", help="print one case with every finding and opinion")
    show.add_argument("id", type=int, metavar="ID", help="number of the case in the list")
    export = actions.add_parser("export", help="print findings and opinions as a table")
    export.add_argument("--csv", action="store_true", required=True, help="as CSV, a row for each label of each answer")
    export.add_argument("--with-names", action="store_true", help="with file names and notes, which may name patients")
    for asking in (listed, export):
        asking.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="first day, UTC")
        asking.add_argument("--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="last day, UTC")
        asking.add_argument("--model", metavar="ID")
        asking.add_argument("--who", metavar="NAME", help="account that gave an opinion")
        asking.add_argument("--opinion", choices=_OPINIONS, help="that somebody gave; none: cases without any")
    erase = actions.add_parser("erase", help="remove all that is kept of a patient, or of one image")
    which = erase.add_mutually_exclusive_group(required=True)
    which.add_argument("--patient", metavar="ID", help="PatientID of the images; - reads it from stdin")
    which.add_argument("--image", type=Path, metavar="FILE", help="an image, such as one that states no patient")
    actions.add_parser("purge", help="remove what is older than MEDDX_RECORDS_DAYS; the server does so every hour")
    actions.add_parser("rotate-key", help="encrypt everything with the first key, so that the others can go")


def run(arguments: argparse.Namespace) -> int:
    """Do it and return 0. Raises MeddxError and OSError."""
    require_packages()
    if arguments.action == "new-key":
        from meddx.records.encryption import new_key

        print(new_key())
        return 0
    if arguments.action == "init":
        before, after = records().initialise()
        _tell("setting", "records: tables made or brought up to date")
        print(f"Tables of revision {after}" + (f", from {before}." if before not in (None, after) else "."))
        return 0
    kept = records()
    kept.check()
    if arguments.action in ("list", "export"):
        return _several(arguments)
    if arguments.action == "show":
        from meddx.records.reading import case_by_id

        case = case_by_id(kept, arguments.id)
        _tell("record-read", f"case {case.id}")
        print("\n".join(_lines(case)))
    elif arguments.action == "erase":
        print(f"{_erase(arguments)} rows removed.")
    elif arguments.action == "purge":
        from meddx.records.retention import purge_old

        print(f"{purge_old(getpass.getuser())} rows removed.")
    else:
        from meddx.records.rotation import rotate

        changed = rotate(kept)
        _tell("setting", f"records: {changed} values encrypted anew")
        print(f"{changed} values encrypted anew. The first key opens everything; the others are needed no more.")
    return 0


def _several(arguments: argparse.Namespace) -> int:
    from meddx.records.reading import RecordFilter, recorded_cases

    asked = RecordFilter(arguments.since, arguments.until, arguments.model, arguments.who, arguments.opinion)
    cases = recorded_cases(records(), asked)
    if arguments.action == "export":
        from meddx.export.records_table import recorded_cases_csv  # loads the tables of every export

        _tell("export", f"records: {asked.words()}")
        sys.stdout.write(recorded_cases_csv(cases, with_names=arguments.with_names))
        return 0
    _tell("record-read", asked.words())
    for case in cases:
        print(case_line(case))
    return 0


def _erase(arguments: argparse.Namespace) -> int:
    if arguments.image:
        return records().erase_image(arguments.image.read_bytes(), partial(_told, "image"))
    patient = sys.stdin.readline().rstrip("\r\n") if arguments.patient == "-" else arguments.patient
    return records().erase_patient(patient, partial(_told, "patient"))


def case_line(case: "RecordedCase") -> str:
    """Return a case as a line of the list, which does not say whose it is."""
    models = ", ".join(dict.fromkeys(f"{one.model} {one.version}" for one in case.answers))
    return "  ".join((str(case.id), case.last_time, case.image_hash, models, opinions_summary(case)))


def opinions_summary(case: "RecordedCase") -> str:
    """Return how many opinions of each kind stand on a case: "2 agree, 1 disagree", or "no opinion"."""
    verdicts = [one.opinion.verdict or "note" for answer in case.answers for one in answer.standing().values()]
    kinds = ("agree", "disagree", "unsure", "note")
    return ", ".join(f"{verdicts.count(kind)} {kind}" for kind in kinds if kind in verdicts) or "no opinion"


def _lines(case: "RecordedCase") -> list[str]:
    image = "kept" if case.has_image else "not kept"
    lines = [
        f"Case {case.id}, {case.image_hash}",
        f"File: {case.file_name}",
        f"Image: {image}",
        f"Recorded: {case.time}",
    ]
    for answer in case.answers:
        lines += ["", *_answer_lines(answer)]
    return lines


def _answer_lines(answer: "RecordedAnswer") -> list[str]:
    scores = "calibrated probabilities" if answer.calibrated else "raw scores, not calibrated"
    lines = [f"{answer.model} {answer.version} ({answer.fingerprint[:12]}), frame {answer.frame + 1}, {scores}"]
    for one in answer.findings:
        cutoff = "no cut-off" if one.threshold is None else f"cut-off {percent(one.threshold)}"
        state = ", ".join(
            filter(None, ("finding" if one.is_finding else "", "possible" if one.in_prediction_set else ""))
        )
        lines.append(f"  {one.label}  {probability(one.probability)}  {cutoff}  {state}".rstrip())
    lines += [f"  Caution: {caution}" for caution in answer.cautions]
    return lines + [_opinion_line(one) for one in answer.opinions]


def _opinion_line(given: "RecordedOpinion") -> str:
    opinion = given.opinion
    words = opinion.verdict or ("note" if opinion.note else "taken back")
    corrected = f"rather {opinion.corrected}" if opinion.corrected else ""
    shown = (given.time, given.who or "-", given.label, words, corrected, opinion.note)
    return "  " + "  ".join(part for part in shown if part)


def _tell(event: AuditEvent, detail: str) -> None:
    record(event, who=getpass.getuser(), detail=detail)


def _told(subject: str, rows: str) -> None:
    record("record-erased", who=getpass.getuser(), subject=subject, detail=rows)
