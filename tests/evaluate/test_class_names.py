import pytest

from meddx.evaluate.class_names import class_of_interest, is_normal, key


@pytest.mark.parametrize(
    "name",
    ["normal", "NORMAL", "No Finding", "no_finding", "healthy", "benign", "control", "negative", "no pneumonia",
     "non-COVID-19", "Poumon sain", "without fracture", "normal lung", "0"],
)  # fmt: skip
def test_names_of_nothing_found(name):
    assert is_normal(name)


@pytest.mark.parametrize("name", ["pneumonia", "abnormal", "non-normal", "not healthy", "malignant", "COVID-19"])
def test_names_of_something_found(name):
    assert not is_normal(name)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("normal", "pneumonia"), "pneumonia"),
        (("malignant", "benign"), "malignant"),
        (("no pneumonia", "pneumonia"), "pneumonia"),
        (("0", "1"), "1"),
        (("cat", "dog"), None),
        (("normal", "healthy"), None),
        (("normal", "bacterial", "viral"), None),
        (("normal",), None),
    ],
)
def test_the_one_of_two_that_is_of_interest(labels, expected):
    assert class_of_interest(labels) == expected


def test_spellings_are_compared_without_case_blanks_and_signs():
    assert key("Patient ID") == key("patient_id") == key("PATIENT-ID") == key("patientid")
    assert key("Größe") != key("Grosse Zahl")
    assert key("+") == "+"
