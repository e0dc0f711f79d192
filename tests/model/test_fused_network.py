"""A fused network taken apart answers as the whole one does."""

import keras
import numpy as np
import pytest
from scipy.special import softmax

from meddx.errors import CardError, Refused
from meddx.explain.contributions import read_beside
from meddx.model.architectures import fusion
from meddx.model.card import Card, read_card
from meddx.model.fused_network import context_of
from meddx.model.loading import load_model
from meddx.model.record_encoding import encode_record, missing_record
from tests.fused import AGE, FIELDS, MOST_WORDS, WORDS, write_fused
from tests.untrained import network, toml, write_model

RECORD, NOTE = {"age": "61", "sex": "F", "smoker": "no"}, "Cough and haemoptysis"


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(3).random((2, 32, 32, 1), np.float32)


@pytest.mark.parametrize(("fields", "words"), [(FIELDS, WORDS), (FIELDS, ()), ((), WORDS)])
def test_its_parts_answer_as_the_saved_network_does(tmp_path, images, fields, words):
    folder = write_fused(tmp_path, fields=fields, words=words)
    loaded, saved = load_model(folder), keras.saving.load_model(folder / "weights.keras")
    fused = loaded.fused
    for present, record, note in ((1, RECORD, NOTE), (1, {}, ""), (0, RECORD, NOTE)):
        inputs = {"image": images, "image_present": np.full((2, 1), present, np.float32)}
        if fields:
            inputs["record"] = np.repeat(encode_record(fields, record).values[np.newaxis], 2, axis=0)
        if words:
            inputs["note"] = np.repeat(fused.vocabulary.numbers(note, MOST_WORDS)[np.newaxis], 2, axis=0)
        expected = np.asarray(saved(inputs))
        beside = read_beside(fused, record if fields else {}, note if words else "")
        context = np.repeat(context_of(beside.vectors), 2, axis=0)
        if present:
            _, logits = fused.by_context([images, context])
            np.testing.assert_allclose(softmax(logits, axis=1), expected, atol=1e-5)
            fused.context_layer.held.assign(context[:1])
            np.testing.assert_allclose(fused.held(images)[1], logits, atol=1e-5)
        if present and not record:
            np.testing.assert_allclose(loaded.network(images)[1], logits, atol=1e-5)
        pooled = keras.Model(fused.held.input, fused.held.get_layer(fused.pooled_layer).output)(images)
        vectors = {"image": np.asarray(pooled) * present, **{p: np.repeat(v, 2, 0) for p, v in beside.vectors.items()}}
        logits = fused.logits([vectors[part] for part in loaded.card.parts])
        np.testing.assert_allclose(softmax(logits, axis=1), expected, atol=1e-5)


def test_no_note_and_words_of_zero_are_the_same_to_it(tmp_path):
    fused = load_model(write_fused(tmp_path)).fused
    assert not fused.absent()["note"].any()
    zeros = np.zeros((1, 5, fused.words.output_dim), np.float32)
    assert not np.asarray(fused.note_vectors_of(zeros, np.ones((1, 5), bool))).any()
    assert fused.note_vectors(fused.vocabulary.numbers("cough", MOST_WORDS)[np.newaxis]).any()


def test_a_card_that_the_network_contradicts_is_refused(tmp_path):
    folder = write_fused(tmp_path)
    card = read_card(folder / "card.toml").model_dump(exclude_none=True)
    for wrong in ({"fields": [AGE.model_dump()]}, {"note": card["note"] | {"words": 5}}):
        (folder / "card.toml").write_text(toml(card | wrong))
        with pytest.raises(CardError, match="fields input, fields, note"):
            load_model(folder)


def test_a_network_for_images_alone_is_no_fusion(tmp_path):
    folder = write_model(tmp_path, fields=[AGE.model_dump()])
    with pytest.raises(CardError, match="fields input, fields, note"):
        load_model(folder)


def test_two_fields_of_one_name_are_refused(tmp_path):
    folder = write_model(tmp_path, fields=[AGE.model_dump(), AGE.model_dump() | {"name": "AGE"}])
    with pytest.raises(CardError, match="fields must differ"):
        read_card(folder / "card.toml")


def test_a_card_without_fields_keeps_its_fingerprint():
    card = Card.model_validate(
        {
            "id": "old", "version": "1.0.0", "title": "Old", "summary": "Old.",
            "architecture": "any", "task": "exclusive",
            "labels": [{"name": "a", "title": "A"}, {"name": "b", "title": "B"}],
            "input": {"height": 8, "width": 8, "channels": 1, "low": 0.0, "high": 1.0, "resize": "pad"},
            "accepts": {"modality": [], "body_part": []}, "explained": {"layer": "features"}, "metrics": [],
            "use": {"intended": "tests", "not_for": "else", "known_failures": []},
            "weights": {"file": "weights.keras", "sha256": "0" * 64, "keras": "3.15.0", "parameters": 1},
        }
    )  # fmt: skip
    # As it was before cards had fields and notes.
    assert card.fingerprint == "e06db09a21429238b857078ff674cb45349b6269105390466c7ce2631be11ee1"
    assert card.model_copy(update={"fields": (AGE,)}).fingerprint != card.fingerprint


def test_a_network_that_ends_in_no_dense_layer_is_refused():
    with pytest.raises(Refused, match="pooled features"):
        fusion.build(network(separate_activation=True), "softmax", outputs=3, record_width=len(missing_record(FIELDS)))
