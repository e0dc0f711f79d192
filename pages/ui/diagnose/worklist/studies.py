"""The session's images as patients, studies and series: what belongs together, in which order, under which heading."""

from collections.abc import Sequence
from dataclasses import dataclass

from meddx.types import ImageHeader
from pages.ui.common.language.language import _, number
from pages.ui.common.session import SessionCase

_SLICES = frozenset({"CT", "MR", "PT", "NM"})
"""Modalities whose series are stacks also where a file does not state its position."""
_NOTHING = ImageHeader()


@dataclass(frozen=True)
class Entry:
    """One row of the worklist, an image or the images of a stack in order, with the headings that stand above it.

    patient, study: "" where the row before is of the same one, or nothing is known.
    """

    cases: tuple[SessionCase, ...]
    patient: str = ""
    study: str = ""

    @property
    def is_stack(self) -> bool:
        """Return whether the row stands for several images."""
        return len(self.cases) > 1

    def shown(self, current: SessionCase | None) -> SessionCase:
        """Return the image that the row opens: the present one of the stack, else the one in its middle."""
        return current if current in self.cases and current else self.cases[len(self.cases) // 2]


def header_of(case: SessionCase) -> ImageHeader:
    """Return what the file says of patient, study and series; an empty header while that is unknown."""
    return case.header or _NOTHING


def stack_of(cases: Sequence[SessionCase], case: SessionCase) -> tuple[SessionCase, ...]:
    """Return the images of the case's stack in order; the case alone where it belongs to none.

    A stack is the images of one series in parallel planes, by their place along the normal of these planes, where that
    is not stated by instance number. Radiographs of a series are views of their own.
    """
    key = _stack_key(case)
    if key is None:
        return (case,)
    return tuple(sorted((one for one in cases if _stack_key(one) == key), key=_place))


def entries(cases: Sequence[SessionCase], *, hides_patient: bool = False) -> list[Entry]:
    """Return the rows of these images, grouped: patients as they came, of each the newest study first.

    hides_patient: whether headings are numbers. Images whose file states no patient and no study come last.
    """
    patients = sorted(dict.fromkeys(_patient_key(case) for case in cases), key=lambda key: key == ("", ""))
    patient_at = {key: at for at, key in enumerate(patients)}
    study_at = {key: at for at, key in enumerate(dict.fromkeys(header_of(case).study for case in cases))}

    def order(case: SessionCase) -> tuple[object, ...]:
        header = header_of(case)
        newest = -int(header.study_date.replace("-", "") or 0)
        place = header.series_number if header.series_number is not None else 1 << 31
        stated = bool(header.study or header.series)
        series = (newest, study_at[header.study], place, header.series) if stated else (newest, 0, 0, "")
        within = (_stack_key(case) is None, *_place(case)) if stated else ()
        return (patient_at[_patient_key(case)], *series, header.orientation, *within)

    ordered = sorted(cases, key=order)
    rows: list[Entry] = []
    patient = study = None
    for stack in _stacks(ordered):
        header = header_of(stack[0])
        first_of_patient = _patient_key(stack[0]) != patient
        first_of_study = first_of_patient or header.study != study
        patient, study = _patient_key(stack[0]), header.study
        at = patient_at[patient] + 1
        rows.append(
            Entry(
                stack,
                patient_text(header, at, hidden=hides_patient) if first_of_patient else "",
                study_text(header, hidden=hides_patient) if first_of_study else "",
            )
        )
    return rows


def patient_text(header: ImageHeader, place: int, *, hidden: bool) -> str:
    """Return the heading of a patient: name, ID and sex; "" where the file states no patient."""
    if not header.patient:
        return ""
    identity = (
        [_("Patient {number}").format(number=place)]
        if hidden
        else [header.name, header.patient_id and f"ID {header.patient_id}"]
    )
    return " · ".join(filter(None, (*identity, "" if hidden else header.sex)))


def study_text(header: ImageHeader, *, hidden: bool) -> str:
    """Return the heading of a study: its date, the patient's age then, and its title; "" where nothing is stated."""
    return "" if hidden else " · ".join(filter(None, (header.study_date, header.age, header.study_title)))


def image_text(entry: Entry) -> str:
    """Return modality, view and number of images of a row; nothing of it identifies the patient."""
    header = header_of(entry.cases[0])
    view = " ".join(filter(None, (header.laterality, header.view)))
    images = _("{count} images").format(count=number(len(entry.cases))) if entry.is_stack else ""
    return " · ".join(filter(None, (header.modality, header.body_part.capitalize(), view, images)))


def _stacks(ordered: Sequence[SessionCase]) -> list[tuple[SessionCase, ...]]:
    stacks: list[list[SessionCase]] = []
    for case in ordered:
        key = _stack_key(case)
        if stacks and key is not None and _stack_key(stacks[-1][-1]) == key:
            stacks[-1].append(case)
        else:
            stacks.append([case])
    return [tuple(stack) for stack in stacks]


def _stack_key(case: SessionCase) -> tuple[str, ...] | None:
    """Return what all images of a stack have in common; None for an image that belongs to none."""
    header = header_of(case)
    if not header.series or case.frames > 1 or (header.position is None and header.modality not in _SLICES):
        return None
    return (header.patient, header.study, header.series, header.orientation)


def _place(case: SessionCase) -> tuple[float, int, str]:
    header = header_of(case)
    position = header.position if header.position is not None else float("inf")
    return (position, header.instance if header.instance is not None else 1 << 31, case.name)


def _patient_key(case: SessionCase) -> tuple[str, str]:
    """Return the patient, else the study, so that images that state neither are together."""
    header = header_of(case)
    return (header.patient, "" if header.patient else header.study)
