"""Run `meddx audit`: show, export and verify who did what."""

import argparse
import getpass
import json
import sys
from datetime import date
from pathlib import Path
from typing import get_args

from meddx.audit.entry import AUDIT_EVENTS, AuditEntry, Outcome
from meddx.audit.filters import AuditFilter
from meddx.audit.log import AuditLog, LogHead
from meddx.audit.record import keyed_hash, record
from meddx.audit.verification import parse_head, verify
from meddx.config import audit_file
from meddx.errors import MeddxError

HELP = "who signed in, saw, predicted, exported and changed what"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions of `meddx audit` with their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="print entries; that they were read is an entry itself")
    show.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="first day, UTC")
    show.add_argument("--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="last day, UTC")
    show.add_argument("--who", metavar="NAME", help="account, or user of this computer")
    show.add_argument("--event", choices=AUDIT_EVENTS)
    show.add_argument("--outcome", choices=get_args(Outcome))
    case = show.add_mutually_exclusive_group()
    case.add_argument("--case", metavar="HASH", help="beginning of a case's keyed hash")
    case.add_argument("--image", type=Path, metavar="FILE", help="an image: who saw it?")
    form = show.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="print CSV")
    form.add_argument("--json", action="store_true", help="print one JSON document")
    verification = actions.add_parser("verify", help="find entries that were removed, changed or moved")
    verification.add_argument("--head", type=_head, metavar="NUMBER:HASH", help="what `audit head` printed earlier")
    verification.add_argument("--json", action="store_true", help="print one JSON document")
    actions.add_parser("head", help="print number and hash of the last entry, to be kept elsewhere")


def run(arguments: argparse.Namespace) -> int:
    """Do it and return 0, or 1 where the log does not verify. Raises MeddxError and OSError."""
    log = AuditLog(audit_file())
    if not log.path.exists() and log.head() is None:
        raise MeddxError(
            f"there is no audit log {log.path}; it begins with the first account, or set MEDDX_AUDIT to a file"
        )
    if arguments.action == "show":
        return _show(log, arguments)
    if arguments.action == "verify":
        return _verify(log, arguments)
    if (head := log.head()) is None:
        raise MeddxError("the log has no head that can be read; `meddx audit verify` says more")
    print(f"{head.number}:{head.hash}")
    return 0


def _show(log: AuditLog, arguments: argparse.Namespace) -> int:
    case = keyed_hash(arguments.image.read_bytes()) if arguments.image else arguments.case
    asked = AuditFilter(arguments.since, arguments.until, arguments.who, arguments.event, arguments.outcome, case)
    entries = list(asked.of(log.entries()))
    record("audit-read", who=getpass.getuser(), detail=asked.words())
    if arguments.csv or arguments.json:
        from meddx.export.audit_table import audit_csv, audit_json  # loads the tables of every export

        sys.stdout.write(audit_csv(entries) if arguments.csv else audit_json(entries) + "\n")
    else:
        for entry in entries:
            print(entry_text(entry))
    return 0


def entry_text(entry: AuditEntry) -> str:
    """Return an entry as a line for a terminal."""
    shown = (entry.time, entry.event, entry.outcome if entry.outcome != "success" else "", entry.who or "-",
             entry.address, entry.case, entry.subject, entry.detail)  # fmt: skip
    return "  ".join(part for part in shown if part)


def _verify(log: AuditLog, arguments: argparse.Namespace) -> int:
    found = verify(log, arguments.head)
    if arguments.json:
        shape = {"entries": found.last.number, "faults": list(found.faults), "remarks": list(found.remarks),
                 "head": f"{found.last.number}:{found.last.hash}"}  # fmt: skip
        print(json.dumps(shape, indent=2))
    else:
        print("\n".join([*found.faults, *found.remarks]) or f"{found.last.number:,} entries, none removed or changed.")
    return 1 if found.faults else 0


def _head(text: str) -> LogHead:
    try:
        return parse_head(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
