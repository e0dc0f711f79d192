"""Break 20,000 files and write down what became of each.

    python -m tests.fuzzing.run OUT.jsonl [KIND ...]

Goes on where an earlier run ended. The last lines count outcomes by kind; the exit status is 1 where there is a fault.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from meddx.errors import Refused
from meddx.imaging.child_process import ChildProcess
from tests.fuzzing.mutations import COUNTS

MODULE = "tests.fuzzing.handled"
LONGEST_SECONDS = 5.0
_PATIENCE = 60.0


def outcomes(kind, numbers):
    """Yield (number, outcome, seconds, KiB) of each; a process that dies or hangs is an outcome too."""
    child = ChildProcess(MODULE, kind.encode())
    try:
        for number in numbers:
            try:
                head, _ = child.ask(json.dumps([kind, number]).encode(), b"", _PATIENCE)
                yield number, *json.loads(head)
            except Refused as refused:
                yield number, refused.rule, _PATIENCE if refused.rule == "decoder-hung" else 0.0, 0
    finally:
        child.close()


def is_fault(kind, outcome, seconds):
    """Whether it must not be. Readers of images and archives may die: they have processes of their own."""
    died = outcome in ("decoder-crashed", "decoder-hung") and kind in ("parquet", "keras")
    return outcome.startswith("fault") or died or seconds > LONGEST_SECONDS


def main(out, kinds):
    """Run what is not yet in the file and print what became of all."""
    out.parent.mkdir(parents=True, exist_ok=True)
    done = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    known = {(kind, number) for kind, number, *_ in done}
    with out.open("a") as file:
        for kind in kinds:
            missing = [number for number in range(COUNTS[kind]) if (kind, number) not in known]
            for line in outcomes(kind, missing):
                done.append([kind, *line])
                file.write(json.dumps(done[-1]) + "\n")
                file.flush()
    faults = 0
    for kind in kinds:
        of_kind = [line for line in done if line[0] == kind]
        counted = Counter(line[2] for line in of_kind)
        wrong = [line for line in of_kind if is_fault(kind, line[2], line[3])]
        faults += len(wrong)
        slowest = max(of_kind, key=lambda line: line[3])
        memory = max(line[4] for line in of_kind) / 2**10
        print(f"{kind}: {len(of_kind)} files, {len(wrong)} faults, slowest {slowest[3]:.2f} s, most {memory:.0f} MiB")
        print("   ", ", ".join(f"{outcome} {count}" for outcome, count in counted.most_common()))
        for line in wrong[:20]:
            print("    FAULT", line)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:] or list(COUNTS)))
