"""Keep the pieces of long work in a folder as they are done, so that whoever is interrupted can go on.

`answers.jsonl` grows by a line for each piece; whoever goes on does so after the last whole line. `plan.json` records
what the work is, so that no other is mixed in.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from meddx.errors import Refused
from meddx.types import JSON
from meddx.whole_file import private, write_private

ANSWERS, PLAN = "answers.jsonl", "plan.json"


class KeptPieces:
    """The pieces of one work that a folder holds, each anything that JSON can represent."""

    def __init__(self, folder: Path, plan: JSON) -> None:
        """Begin, or take up what the folder holds, less an incomplete last line.

        plan: whatever decides the answers. Raises Refused where the folder holds another work; OSError.
        """
        self.folder = folder
        self._file = folder / ANSWERS
        wanted, path = json.dumps(plan).encode(), folder / PLAN
        if not path.exists():
            write_private(path, wanted)
        elif path.read_bytes() != wanted:
            raise Refused(
                "changed", "The model or the images changed while the evaluation was interrupted; start another."
            )
        self.count = self._whole_lines()
        """Pieces that are kept."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the pieces that are kept, in order."""
        if self._file.exists():
            with self._file.open("rb") as file:
                yield from map(json.loads, file)

    def keep(self, piece: Any) -> None:  # noqa: ANN401 (whatever JSON represents)
        """Append the piece that comes next. Raises OSError."""
        with open(self._file, "ab", opener=private) as file:
            file.write(json.dumps(piece).encode() + b"\n")
        self.count += 1

    def _whole_lines(self) -> int:
        """Return the number of whole lines, and truncate an incomplete last one."""
        if not self._file.exists():
            return 0
        lines = whole = 0
        with self._file.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    lines, whole = lines + 1, whole + len(line)
        with self._file.open("rb+") as file:
            file.truncate(whole)
        return lines
