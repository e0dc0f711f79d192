"""Read labelled sets whose labels follow from folder and file names, by glob patterns."""

import re
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet


def read_class_folders(root: Path, patterns: dict[str, tuple[str, ...]], group: str | None) -> LabelledSet:
    r"""Return the files under `root` that match a label's glob patterns, sorted by path.

    Labels exclude each other.
    group: regular expression searched for in the file name; what its first bracket matches is the patient, e.g.
    r"(person\d+)". None makes every image a patient of its own.
    Raises Refused for a label without files, a file that two labels claim, a name without a group.
    """
    found: dict[Path, str] = {}
    for label, globs in patterns.items():
        files = {path for pattern in globs for path in root.glob(pattern) if path.is_file()}
        if not files:
            raise Refused(
                "empty-label", f"No file matches the patterns of label {label!r}; correct them or the folder."
            )
        if not found.keys().isdisjoint(files):
            raise Refused("ambiguous-label", f"Some files match label {label!r} and another one; narrow the patterns.")
        found.update(dict.fromkeys(files, label))
    cases = []
    for row, path in enumerate(sorted(found)):
        case_id = path.relative_to(root).as_posix()
        cases.append(LabelledCase(case_id, path, _group(path.name, case_id, group, row), (found[path],)))
    return LabelledSet(tuple(patterns), tuple(cases))


def _group(name: str, case_id: str, pattern: str | None, row: int) -> str:
    if pattern is None:
        return case_id
    match = re.search(pattern, name)
    if match is None:
        raise Refused(
            "no-group", f"The name of file {row} in sorted order does not match the group pattern; correct the pattern."
        )
    return match.group(1)
