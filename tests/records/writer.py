"""A process that records a case with an opinion after the other, and prints the opinion's token once it is kept.

    python -m tests.records.writer [KEEP]

KEEP: bytes that a file of this process may have beyond what the database has now, for a disk that fills up.
"""

import resource
import sys

from meddx.config import records_place
from meddx.errors import Refused
from meddx.records.access import records
from tests.records.cases import add, case, opinion


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main():
    if len(sys.argv) > 1:
        limit = records_place().stat().st_size + int(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    number = 0
    while True:
        said = opinion(note=f"note {number}")
        try:
            add(records(), said, case=case(b"image %d" % number, f"{number}.dcm", f"P{number}"))
        except Refused as refused:
            say(f"refused {refused}")
            return
        say(said.token)
        number += 1


if __name__ == "__main__":
    main()
