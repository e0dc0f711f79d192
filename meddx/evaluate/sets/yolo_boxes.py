"""Read boxes in YOLO format from a text file beside the image, one line `class cx cy w h` per box.

All four numbers are fractions of the image: centre from the left, centre from the top, width, height.
"""

import re
from pathlib import Path

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet, LesionBox


def read_yolo(root: Path, classes: dict[str, str], pattern: str = "**/*.jpg", group: str | None = None) -> LabelledSet:
    r"""Return the images under `root` that match the glob pattern, sorted by path, with their boxes.

    A label is true of an image with a box of it. classes: class number as text -> label; several may name one label. An
    image without a text file beside it has no boxes. group: regular expression whose first bracket, searched for in the
    file name, is the patient; None makes every image a patient of its own. Raises Refused naming the row in sorted
    order from 1, and the line.
    """
    labels = tuple(dict.fromkeys(classes.values()))
    cases = []
    for row, path in enumerate(sorted(root.glob(pattern)), start=1):
        try:
            boxes = boxes_beside(path, classes)
        except Refused as refusal:
            raise Refused(refusal.rule, f"Row {row} of the set: {refusal.reason}") from refusal
        case_id = path.relative_to(root).as_posix()
        found = re.search(group, path.name) if group else None
        if group and found is None:
            raise Refused(
                "no-group",
                f"Row {row} of the set: the file name does not match the group pattern; correct the pattern.",
            )
        true = tuple(label for label in labels if any(box.label == label for box in boxes))
        cases.append(LabelledCase(case_id, path, found.group(1) if found else case_id, true, boxes=boxes))
    if not cases:
        raise Refused("empty-set", "No image matches the pattern; correct it or the folder.")
    return LabelledSet(labels, tuple(cases))


def boxes_beside(image: Path, classes: dict[str, str] | None = None) -> tuple[LesionBox, ...]:
    """Return the boxes of the .txt file with the image's name.

    Without such a file there are none; boxes are unlabelled when `classes` is None. Raises Refused naming the line.
    """
    file = image.with_suffix(".txt")
    if not file.is_file():
        return ()
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            "unreadable-boxes", "The text file of its boxes cannot be read; write it again as plain text."
        ) from error
    return tuple(_box(line, number, classes) for number, line in enumerate(lines, start=1) if line.strip())


def _box(line: str, number: int, classes: dict[str, str] | None) -> LesionBox:
    try:
        name, *rest = line.split()
        x, y, width, height = map(float, rest)
    except ValueError:
        raise Refused("unknown-box", f"Line {number} of its boxes is not `class cx cy w h`; correct it.") from None
    if not (0 < width <= 1 and 0 < height <= 1 and 0 <= x <= 1 and 0 <= y <= 1):  # a NaN is in no range
        raise Refused("unknown-box", f"Line {number} of its boxes does not lie on the image; give fractions of it.")
    if classes is not None and name not in classes:
        raise Refused(
            "unknown-label", f"Line {number} of its boxes has none of the classes {', '.join(classes)}; correct it."
        )
    # Rounding in the file may push an edge past the image's.
    left, right = max(0.0, x - width / 2), min(1.0, x + width / 2)
    top, bottom = max(0.0, y - height / 2), min(1.0, y + height / 2)
    return LesionBox(left, top, right, bottom, None if classes is None else classes[name])
