"""`python -m meddx COMMAND`: exit 0 done, 1 some inputs refused, 2 the command itself is wrong."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from importlib import import_module

from meddx.config import RESEARCH_USE, check_settings
from meddx.errors import MeddxError

COMMANDS = (
    "models",
    "model",
    "predict",
    "evaluate",
    "compare",
    "train",
    "robustness",
    "shortcuts",
    "explain-check",
    "phantom",
    "data",
    "deid",
    "node",
    "pacs",
    "users",
    "audit",
    "records",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Each module in meddx.commands has HELP (one line), add_arguments(parser) and run(arguments) -> exit code.
    Of the commands only the one that is named is imported, and nothing heavy until it runs.
    """
    parser = argparse.ArgumentParser(prog="meddx", description=f"Diagnostic CNNs, explained. {RESEARCH_USE}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    given = (sys.argv[1:] if argv is None else argv)[:1]
    named = [name for name in COMMANDS if name in given] or COMMANDS  # all of them for --help, and a name that is none
    modules = {name: import_module(f"meddx.commands.{name.replace('-', '_')}") for name in named}
    for name, module in modules.items():
        module.add_arguments(subparsers.add_parser(name, help=module.HELP, description=module.HELP))
    arguments = parser.parse_args(argv)
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # what is half written is removed
    if sys.stdout is None:  # closed by the caller, who wants to see nothing
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    try:
        check_settings()
    except ValueError as error:
        print(f"meddx {arguments.command}: {error}", file=sys.stderr)  # noqa: T201
        return 2
    try:
        code: int = modules[arguments.command].run(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader of the output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        print(  # noqa: T201
            f"meddx {arguments.command}: A file or folder{place} cannot be read or written: {why}; "
            "make room or give access, or name another.",
            file=sys.stderr,
        )
        return 2
    except MeddxError as error:
        print(f"meddx {arguments.command}: {error}", file=sys.stderr)  # noqa: T201
        return 2
