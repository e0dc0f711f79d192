from pathlib import Path

from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet, LesionBox


def test_attributes_are_what_at_least_one_case_has():
    cases = (
        LabelledCase("a", Path("a"), "a", ("x",), sex="F", age=63.4),
        LabelledCase("b", Path("b"), "b", ("x",), sex=None, age=7.0),
    )
    assert LabelledSet(("x",), cases).attributes() == {"sex": ("F", None), "age": ("63", "7")}
    small, large = LesionBox(0, 0, 0.1, 0.1), LesionBox(0, 0, 0.2, 0.2)
    sized = LabelledSet(("x",), (LabelledCase("c", Path("c"), "c", ("x",), boxes=(small, large)),))
    assert sized.attributes() == {"size of finding": ("3 % and more",)}
    assert LabelledSet(("x",), cases).subset([1]).attributes() == {"age": ("7",)}
