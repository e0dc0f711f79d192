"""Read labelled sets of DICOM files in a folder, listed in a CSV file by SOP instance or file name."""

from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.evaluate.sets.manifest import one_label, read_rows, several_labels
from meddx.evaluate.sets.manifest_columns import age, case_attributes, frame, sex
from meddx.evaluate.sets.manifest_roles import OBJECT_COLUMN

FILE_COLUMN = "path"
"""The column that names a row's image by the file relative to the folder, where OBJECT_COLUMN does not."""

TAGS = [OBJECT_COLUMN, "PatientID", "PatientSex", "PatientAge", "ViewPosition"]


def read_dicom_table(
    folder: Path,
    table: Path,
    labels: tuple[str, ...],
    *,
    label_column: str | None = None,
    group_column: str | None = None,
    names: dict[str, str] | None = None,
) -> LabelledSet:
    """Return the rows of the CSV file as cases, each a frame of a DICOM file below `folder`.

    Rows name their image in the column SOPInstanceUID (a file at any depth) or path. label_column, group_column and
    names are those of read_manifest, and so are the optional columns; patient, sex, age and view are taken from the
    DICOM header where the table does not give them. Patients are numbered in order of first appearance, so that no
    Patient ID (0010,0020) leaves its file. Raises Refused naming the row and the column.
    """
    return dicom_cases(
        read_rows(table),
        folder,
        labels,
        table.parent,
        label_column=label_column,
        group_column=group_column,
        names=names,
    )


def dicom_cases(
    rows: list[dict[str, str]],
    folder: Path,
    labels: tuple[str, ...],
    beside: Path,
    *,
    label_column: str | None = None,
    group_column: str | None = None,
    names: dict[str, str] | None = None,
) -> LabelledSet:
    """Return the cases of a table's rows, as read_dicom_table does. beside: the folder of the table, with its masks."""
    columns = set(rows[0]) if rows else set()
    key = OBJECT_COLUMN if OBJECT_COLUMN in columns else FILE_COLUMN
    needed = {key, *([group_column] if group_column else []), *([label_column] if label_column else labels)}
    missing = sorted(needed - columns)
    if missing:
        wanted = f"{OBJECT_COLUMN!r} or {FILE_COLUMN!r}" if missing[0] == FILE_COLUMN else repr(missing[0])
        raise Refused("missing-column", f"The table lacks rows or the column {wanted}; columns are named in line 1.")
    objects = _objects(folder) if key == OBJECT_COLUMN else {}
    patients: dict[str, str] = {}
    cases = []
    for number, row in enumerate(rows, start=1):
        path = objects.get(row[OBJECT_COLUMN]) if key == OBJECT_COLUMN else folder / row[FILE_COLUMN]
        header = _header(path) if path else None
        if path is None or header is None:
            raise Refused("no-image", f"Row {number}: the folder has no DICOM file that its column {key!r} names.")
        true = (
            one_label(row[label_column], labels, names or {}, number)
            if label_column
            else several_labels(row, labels, number)
        )
        patient = (
            row[group_column] or f"row {number}" if group_column else str(header.get("PatientID") or f"row {number}")
        )
        group = patient if group_column else patients.setdefault(patient, f"patient {len(patients) + 1}")
        known = case_attributes(row, number, labels, beside)
        stated = {
            "sex": sex(str(header.get("PatientSex") or ""), number),
            "age": age(str(header.get("PatientAge") or ""), number),
            "view": str(header.get("ViewPosition") or "").upper() or None,
        }
        known |= {name: value for name, value in stated.items() if known[name] is None}
        cases.append(LabelledCase(row[key], path, group, true, frame(row, number), **known))
    return LabelledSet(labels, tuple(cases))


def _objects(folder: Path) -> dict[str, Path]:
    """Return SOP Instance UID -> file for the DICOM files below the folder; the first in sorted order of equal UIDs."""
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        header = _header(path) if path.is_file() else None
        if header is not None and OBJECT_COLUMN in header:
            found.setdefault(str(header[OBJECT_COLUMN].value), path)
    return found


def _header(path: Path) -> Dataset | None:
    """Return the elements TAGS, None where the file is no DICOM file or cannot be read."""
    try:
        return dcmread(path, stop_before_pixels=True, specific_tags=TAGS)
    except (OSError, InvalidDicomError, EOFError, ValueError):
        return None
