"""Classes of a data set as labels of a model."""

import pytest

from pages.ui.evaluate.labelled_images import class_mapping


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("normal", ["NORMAL"]),
        ("Pleural_effusion (disease)", ["EFFUSION"]),
        ("pleural", ["EFFUSION"]),
        ("disease", ["EFFUSION", "NODULE"]),
        ("2", ["NODULE"]),
        ("7", []),
        ("other", []),
        ("", []),
    ],
)
def test_a_class_is_guessed_by_name_title_word_or_number(card, name, labels):
    titles = {"NORMAL": "Normal", "EFFUSION": "Pleural effusion, disease", "NODULE": "Nodular disease"}
    made = tuple(label.model_copy(update={"title": titles[label.name]}) for label in card.labels)
    named = card.model_copy(update={"labels": made})
    assert list(class_mapping.suggested_labels(name, named)) == labels


def test_a_mapping_without_a_label_is_a_fault_and_one_with_labels_is_not(card):
    assert class_mapping.mapping_fault(card, {"a": [], "b": []}) == "Choose a label for at least one class."
    assert class_mapping.mapping_fault(card, {"a": ["NORMAL"], "b": ["NODULE"]}) == ""


def test_the_mapping_is_a_line_of_the_report():
    titles = {"N": "Normal", "E": "Effusion", "D": "Nodule"}
    assert class_mapping.mapping_text({"fine": ["N"], "ill": ["E", "D"], "x": []}, titles) == (
        "fine: Normal; ill: Effusion or Nodule; x: left out"
    )
    assert class_mapping.mapping_text({}, titles) == "One column for each label"
