"""Images grouped as patients, studies and series."""

import random

from meddx.types import ImageHeader
from pages.ui.common.session import Session
from pages.ui.diagnose.case_frames import frames_of
from pages.ui.diagnose.worklist.studies import entries, image_text, stack_of


def headed(session, file, /, **stated):
    """An image whose file says so much of itself."""
    case = session.add(file, file.encode())
    case.header = ImageHeader(**stated)
    return case


def slice_at(session, file, position, **stated):
    where = {"patient": "P", "study": "1", "series": "1.1", "orientation": "axial", "modality": "CT"} | stated
    return headed(session, file, position=position, **where)


def names(entry):
    return [case.name for case in entry.cases]


def test_a_series_is_one_stack_in_the_order_of_its_planes():
    session = Session()
    numbers = list(range(20))
    random.Random(0).shuffle(numbers)
    for number in numbers:
        slice_at(session, f"{number}", 2.5 * number, instance=100 - number)
    (entry,) = entries(session.cases)
    assert names(entry) == [f"{number}" for number in range(20)]
    assert entry.is_stack
    assert entry.shown(None).name == "10"
    assert entry.shown(session.cases[3]) is session.cases[3]
    assert image_text(entry) == "CT · 20 images"
    assert [case.name for case, _ in frames_of(session, session.cases[0])[0]] == names(entry)


def test_without_position_slices_go_by_their_number_then_by_name():
    session = Session()
    for name, instance in [("c", 2), ("b", None), ("a", None), ("d", 1)]:
        slice_at(session, name, None, instance=instance)
    assert names(entries(session.cases)[0]) == ["d", "c", "a", "b"]


def test_planes_that_are_not_parallel_and_other_series_are_other_stacks():
    session = Session()
    for number in range(3):
        slice_at(session, f"axial {number}", number)
        slice_at(session, f"scout {number}", number, orientation="coronal")
        slice_at(session, f"second {number}", number, series="1.2", series_number=2)
    assert [len(entry.cases) for entry in entries(session.cases)] == [3, 3, 3]
    assert [case.name for case in stack_of(session.cases, session.cases[1])] == ["scout 0", "scout 1", "scout 2"]


def test_radiographs_of_one_series_are_views_of_their_own():
    session = Session()
    for name, view in [("lateral", "LL"), ("frontal", "PA")]:
        headed(session, name, patient="P", study="1", series="1.1", modality="DX", view=view, laterality="L")
    assert [image_text(entry) for entry in entries(session.cases)] == ["DX · L PA", "DX · L LL"]
    assert stack_of(session.cases, session.cases[0]) == (session.cases[0],)
    assert frames_of(session, session.cases[0]) == ([(session.cases[0], 0)], 0)


def test_patients_come_as_they_came_and_the_newest_study_first():
    session = Session()
    headed(session, "film.png")
    headed(session, "b old", patient="B", name="Bea", study="b1", study_date="2019-01-02")
    headed(
        session,
        "a",
        patient="A",
        name="Abe",
        patient_id="7",
        sex="male",
        study="a1",
        study_date="2024-05-06",
        age="9 years",
    )
    headed(session, "b new", patient="B", name="Bea", study="b2", study_date="2021-03-04", study_title="Chest")
    rows = entries(session.cases)
    assert [(names(row)[0], row.patient, row.study) for row in rows] == [
        ("b new", "Bea", "2021-03-04 · Chest"),
        ("b old", "", "2019-01-02"),
        ("a", "Abe · ID 7 · male", "2024-05-06 · 9 years"),
        ("film.png", "", ""),
    ]


def test_hidden_patient_data_are_in_no_heading():
    session = Session()
    abe = {"patient": "A", "name": "Abe", "sex": "male", "study_title": "Abe's chest"}
    headed(session, "a", study="1", study_date="2024-05-06", **abe)
    headed(session, "b", patient="B", name="Bea", study="2", study_date="2024-05-07", age="9 years")
    rows = entries(session.cases, hides_patient=True)
    assert [(row.patient, row.study) for row in rows] == [("Patient 1", ""), ("Patient 2", "")]


def test_images_of_files_that_say_nothing_stay_in_order_of_upload():
    session = Session()
    for name in ("c", "a", "b"):
        session.add(name, b"image")
    assert [names(row) for row in entries(session.cases)] == [["c"], ["a"], ["b"]]
    assert not any(row.patient or row.study for row in entries(session.cases))


def test_rows_and_stacks_are_the_same_whatever_lies_between_the_images_of_a_series():
    session = Session()
    for number in (2, 0, 1):
        slice_at(session, f"{number}", number)
        slice_at(session, f"without study {number}", number, study="", series="2.1")
        slice_at(session, f"without study, second {number}", number, study="", series="2.2")
        slice_at(session, f"cine {number}", number + 0.5).frames = 9
    rows = entries(session.cases)
    assert sorted(len(row.cases) for row in rows) == [1, 1, 1, 3, 3, 3]
    assert all(row.cases == stack_of(session.cases, row.cases[0]) for row in rows)
