"""Check the name of a file that a command is to write, before the work whose result it is to hold."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from meddx.errors import MeddxError


def output_file(text: str) -> Path:
    """Return the path, as the `type` of an option.

    Raises argparse.ArgumentTypeError for a folder, or a file in a folder that is not there.
    """
    path = Path(text)
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is a folder; name a file in it")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"the folder {path.parent} does not exist; make it, or name another")
    return path


def check_output_files(outputs: Mapping[str, Path | None], inputs: Sequence[Path | None]) -> None:
    """Raise MeddxError where a file to write is one of those that are read, or two options name the same.

    outputs: by option, None where it is not given.
    """
    read = {path.resolve() for path in inputs if path is not None}
    named: dict[Path, str] = {}
    for option, path in outputs.items():
        if path is None or (path.exists() and not path.is_file()):  # /dev/stdout takes several
            continue
        if path.resolve() in read:
            raise MeddxError(f"{option} names {path}, which is read; name another file")
        other = named.setdefault(path.resolve(), option)
        if other != option:
            raise MeddxError(f"{other} and {option} name the same file; name another")
