"""Tables of labelled images without what identifies a patient: needed columns alone, and values that are vouched for.

Images and patients become pseudonyms. Labels stay as they are, since they are the classes. Free text, notes among it,
and every column that is not named here are left out.
"""

from collections.abc import Callable, Mapping, Sequence

from meddx.evaluate.class_names import key
from meddx.evaluate.sets.manifest_columns import age, boxes_in, frame, is_of, sex
from meddx.evaluate.sets.manifest_roles import OBJECT_COLUMN, find_roles, image_columns
from meddx.evaluate.sets.name_pseudonyms import without_ending
from meddx.evaluate.sets.open_set import SPLIT_COLUMN, TEST_SPLIT
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from meddx.imaging.deidentification.vouched_values import OLDEST, terms
from meddx.model.record_encoding import encode_record
from meddx.model.record_fields import RecordField

_Row = Mapping[str, str]
CellRule = Callable[[str, int], str]
"""A cell and the number of its row, from 1 -> what stands there afterwards."""
_OTHER_SPLIT = "other"


def lists_images(rows: Sequence[_Row]) -> bool:
    """Return whether a table has rows, and a column that names images."""
    return bool(rows) and bool(image_columns(list(rows[0])))


def deidentified_rows(
    rows: Sequence[_Row],
    file: Callable[[str], str],
    pseudonyms: Pseudonyms,
    *,
    characteristics: bool,
    fields: Sequence[RecordField] = (),
) -> list[dict[str, str]]:
    """Return the rows without what identifies a patient.

    file: the name of an image, or of a mask, in the table -> the path of that file now. Images are named without its
    ending, as in every other list of the same cases. characteristics: whether sex, age and `fields`, those of records
    that some model takes, stay. Raises Refused naming the columns where roles are in doubt, and the row of a value that
    cannot be read.
    """
    rules = _rules(rows, file, pseudonyms)
    described = {one.name.casefold(): one for one in fields}
    for column in rows[0]:
        one = described.get(column.casefold())
        rule = rule_of_column(column, characteristics=characteristics)
        if rule is not None:
            rules[column] = rule
        elif one is not None or key(column) in _CHARACTERISTICS:
            rules.pop(column, None)
        if characteristics and rule is None and one is not None:
            rules[column] = _accepted(one)
    return [
        {column: rules[column](cell, number) if cell else "" for column, cell in row.items() if column in rules}
        for number, row in enumerate(rows, start=1)
    ]


def rule_of_column(column: str, *, characteristics: bool) -> CellRule | None:
    """Return what becomes of a column that says of a case what is known of every kind of case, None for another.

    characteristics: whether sex and age stay. The rule raises Refused naming the row of a value that cannot be read.
    """
    return _OTHERS.get(key(column)) or (_CHARACTERISTICS.get(key(column)) if characteristics else None)


def _rules(rows: Sequence[_Row], file: Callable[[str], str], pseudonyms: Pseudonyms) -> dict[str, CellRule]:
    """Return what becomes of each column that an evaluation reads, but of what describes the patient."""
    columns = find_roles(rows)
    rules: dict[str, CellRule] = {}
    for column in rows[0]:
        if is_of("mask", column):
            rules[column] = lambda cell, _: file(cell)
        elif is_of("box", column):
            rules[column] = _box(column)
    rules |= dict.fromkeys((*columns.marks, *columns.one_hot), _as_it_is)
    if columns.label is not None:
        rules[columns.label] = _as_it_is
    if columns.patient is not None:
        rules[columns.patient] = lambda cell, _: pseudonyms.patient(cell)
    if key(columns.image) == key(OBJECT_COLUMN):
        rules[columns.image] = lambda cell, _: str(pseudonyms.uid(cell))
    else:
        rules[columns.image] = lambda cell, _: without_ending(file(cell))
    return rules


def _as_it_is(cell: str, _: int) -> str:
    return cell


def _split(cell: str, _: int) -> str:
    return TEST_SPLIT if cell.casefold() == TEST_SPLIT else _OTHER_SPLIT


def _frame(cell: str, number: int) -> str:
    return str(frame({"frame": cell}, number))


def _view(cell: str, _: int) -> str:
    return cell.upper() if cell.upper() in terms()["ViewPosition"] else ""


def _sex(cell: str, number: int) -> str:
    return sex(cell, number) or ""


def _age(cell: str, number: int) -> str:
    years = age(cell, number)
    return "" if years is None else f"{min(years, OLDEST):g}"


_OTHERS: Mapping[str, CellRule] = {SPLIT_COLUMN: _split, "frame": _frame, "view": _view}
_CHARACTERISTICS: Mapping[str, CellRule] = {"sex": _sex, "age": _age}


def _box(column: str) -> CellRule:
    def checked(cell: str, number: int) -> str:
        boxes = boxes_in(cell, column, None, number)
        return "; ".join(f"{box.left} {box.top} {box.right} {box.bottom}" for box in boxes)

    return checked


def _accepted(one: RecordField) -> CellRule:
    def vouched(cell: str, _: int) -> str:
        return "" if encode_record((one,), {one.name: cell}).faults else cell

    return vouched
