import pytest

from meddx.model.inference.evidence import ONNX_RUNTIME, TENSORFLOW, Evidence, evidence_folder, machine, write_evidence
from pages.ui.common import model_card


def accepting(card, **changes):
    return card.model_copy(update={"accepts": card.accepts.model_copy(update=changes)})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"body_part": ()}, "modality CR, DX; PNG and JPEG accepted, with a note"),
        ({"unlabelled_images": False}, "modality CR, DX; body part CHEST; PNG and JPEG not accepted"),
        ({"modality": (), "body_part": ()}, "any DICOM image; PNG and JPEG accepted, with a note"),
    ],
)
def test_accepted_images_are_named(card, changes, sentence):
    assert model_card.accepted_images(accepting(card, **changes)) == sentence


def test_technical_facts_state_input_and_temperature(card):
    facts = model_card.technical_facts(card)
    assert facts["Input"] == "32 × 32 × 1, range 0 to 1, aspect ratio kept and padded"
    assert facts["Calibration"] == "temperature 1.5, fitted on nothing"
    assert facts["Heat map"] == "Grad-CAM on layer features; top of the colour scale: 0.1 logit units (guessed)"


def test_technical_facts_say_what_runs_the_network_here_and_why(card, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_CACHE", str(tmp_path))
    folder = evidence_folder(card.weights.sha256, ["features"])
    folder.mkdir(parents=True)

    def runs(chosen, **changes):
        milliseconds = {1: {TENSORFLOW: 45.0, ONNX_RUNTIME: 29.96}}
        measured = {"chosen": chosen, "milliseconds": milliseconds, "machine": machine(), **changes}
        write_evidence(folder, Evidence(**measured))
        return model_card.technical_facts(card)["Run by"]

    assert model_card.technical_facts(card)["Run by"] == "TensorFlow; nothing else was measured on this computer"
    assert runs(ONNX_RUNTIME) == "ONNX Runtime, 30.0 ms an image on this computer; TensorFlow takes 45.0 ms"
    assert runs(TENSORFLOW) == "TensorFlow, 45.0 ms an image on this computer; ONNX Runtime takes 30.0 ms"
    failed = runs(TENSORFLOW, cannot="NotImplementedError", milliseconds={})
    assert failed == "TensorFlow; ONNX Runtime cannot run this network"


def test_training_facts_count_cases_and_name_a_missing_doi(card):
    training = card.training.model_copy(update={"n_train": 11959, "n_validation": 1712, "n_test": 3421})
    facts = model_card.training_facts(card.model_copy(update={"training": training}))
    assert facts["Cases"] == "11,959 training, 1,712 validation, 3,421 test"
    assert (facts["DOI"], facts["Initial weights"]) == ("none", "random initialisation")
