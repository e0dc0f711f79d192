"""Find which columns of a table name the image, the label and the patient, as people call them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meddx.errors import Refused
from meddx.evaluate.class_names import key
from meddx.evaluate.patient_names import names_patient

OBJECT_COLUMN = "SOPInstanceUID"
"""Names a DICOM object by its UID instead of a file."""
IMAGE_NAMES = ("path", "file", "filename", "filepath", "image", "imageid", "imagename", "imagepath", "img")
LABEL_NAMES = ("label", "class", "diagnosis", "target", "dx")
PATIENT_NAMES = ("patient", "patientid", "group", "subject", "subjectid", "lesionid", "lesion", "case", "caseid")
"""The widest unit comes first: of a patient's several lesions all belong to the patient."""
OTHER_NAMES = ("split", "frame", "sex", "age", "view")
TRUE_WORDS, FALSE_WORDS = {"1", "1.0", "true", "yes"}, {"0", "0.0", "false", "no", ""}


@dataclass(frozen=True)
class ManifestColumns:
    """The columns of a table by their role; None where there is none.

    image: file name or UID. label: names the one true label. one_hot: of labels, each marked 1 or 0, where there is no
    label column. patient: the unit that must not be split. others: split, frame, sex, age and view, by these names.
    marks: every column that holds 1 or 0 alone, in the order of the table, where there is no label column: labels of
    which several may be true, if they are as many as the model has.
    """

    image: str
    label: str | None
    one_hot: tuple[str, ...]
    patient: str | None
    others: Mapping[str, str]
    marks: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Return what was taken for what, one sentence."""
        parts = [f"images from column {self.image!r}"]
        if self.label:
            parts.append(f"labels from {self.label!r}")
        elif marked := self.one_hot or self.marks:
            parts.append(f"labels from the columns {', '.join(marked)}")
        parts.append(f"patients from {self.patient!r}" if self.patient else "every image a patient of its own")
        return f"Read: {', '.join(parts)}."


def image_columns(columns: Sequence[str]) -> list[str]:
    """Return the columns that may name the image, a UID first; none where the table lists no images."""
    objects = [name for name in columns if key(name) == key(OBJECT_COLUMN)]
    return objects or _named(columns, IMAGE_NAMES)


def find_roles(rows: Sequence[Mapping[str, str]], labels: Sequence[str] = ()) -> ManifestColumns:
    """Return the roles of the columns of a table's rows.

    labels: a column of one of these names, 1 or 0 in each row, is its label's, where no column names labels.
    Names are compared without case, spaces and punctuation. Raises Refused naming the columns where none, or more than
    one, may be meant.
    """
    columns = list(rows[0]) if rows else []
    images = image_columns(columns)
    if not images:
        raise Refused(
            "missing-column",
            "The table has no rows, or no column that names the image; call it 'path', 'file', 'filename', 'image' or "
            f"'image_id' ({OBJECT_COLUMN!r} for DICOM objects) in line 1.",
        )
    image = _only(images, "image", exact="path")
    named = [name for name in _named(columns, LABEL_NAMES) if name not in images]
    marks = [] if named else _marks(rows, [name for name in columns if name not in images])
    marked = [] if named else _labels_marked(rows, [name for name in columns if name not in images], marks, labels)
    label = _only(named, "label", exact="label") if named else None
    if not named:  # one column of 1 and 0 says present or absent
        label = marks[0] if len(marks) == 1 and len(marked) < max(len(labels), 1) else None
    patients = [name for name in _patients(columns) if name not in (*images, label)]
    others = {plain: name for plain in OTHER_NAMES for name in columns if key(name) == plain}
    return ManifestColumns(
        image,
        label,
        () if label else tuple(marked),
        patients[0] if patients else None,
        others,
        () if label else tuple(marks),
    )


def _patients(columns: Sequence[str]) -> list[str]:
    """Return the columns that may name the patient, the most telling name first."""
    known = _named(columns, PATIENT_NAMES)
    others = [name for name in columns if names_patient(name) and name not in known]
    return (
        [name for name in known if names_patient(name)] + others + [name for name in known if not names_patient(name)]
    )


def _named(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the columns with one of the names, in the order of the names."""
    return [column for name in names for column in columns if key(column) == name]


def _only(columns: list[str], what: str, *, exact: str) -> str:
    """Return the only column, or the one that is called exactly as documented."""
    if exact in columns:
        return exact
    if len(columns) > 1:
        listed = " and ".join(repr(column) for column in columns)
        raise Refused(
            "several-columns",
            f"Columns {listed} may each name the {what}; rename the right one {exact!r}, or drop the others.",
        )
    return columns[0]


def _marks(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> list[str]:
    """Return the columns that hold nothing but 1 and 0, and are not known to be anything but labels."""
    taken = {*PATIENT_NAMES, *OTHER_NAMES}
    words = TRUE_WORDS | FALSE_WORDS
    return [
        name
        for name in columns
        if key(name) not in taken
        and not names_patient(name)
        and all(row[name].strip().casefold() in words for row in rows)
    ]


def _labels_marked(
    rows: Sequence[Mapping[str, str]], columns: Sequence[str], marks: Sequence[str], labels: Sequence[str]
) -> list[str]:
    """Return the columns that mark labels: those of the labels' names, else those of which one is 1 in every row."""
    wanted = {key(label) for label in labels}
    of_labels = [name for name in columns if key(name) in wanted]
    if wanted and len(of_labels) == len(wanted):
        return of_labels
    one_each = all(sum(is_true(row[name]) for name in marks) == 1 for row in rows)
    return list(marks) if len(marks) > 1 and one_each else of_labels


def is_true(text: str) -> bool:
    """Return whether a mark says that its label is true."""
    return text.strip().casefold() in TRUE_WORDS
