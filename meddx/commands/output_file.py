"""Check the name of a file that a command is to write, before the work whose result it is to hold."""

import argparse
from pathlib import Path


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
