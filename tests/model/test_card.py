import json
import math
from hashlib import sha256

import pytest

from meddx.errors import CardError
from meddx.model.card import read_card
from meddx.model.registry import installed_card
from tests.untrained import bare_label, label, write_bare_model, write_model


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def bare(models):
    return installed_card(write_bare_model(models))


def test_a_card_may_know_nothing_that_takes_labelled_images(bare):
    assert bare.calibration is None
    assert bare.training is None
    assert not bare.has_thresholds
    assert not bare.has_prediction_sets
    assert bare.temperature == 1.0
    assert bare.quantiles(["NORMAL"]) is None


def test_some_thresholds_may_be_known_and_others_not(tmp_path):
    labels = [label("NORMAL", 0.7), bare_label("EFFUSION") | {"conformal_quantile": 0.5}, label("NODULE", 0.2)]
    card = installed_card(write_model(tmp_path, labels=labels))
    assert not card.has_thresholds
    low, unknown = card.thresholds(["NODULE", "EFFUSION"])
    assert low == 0.2
    assert math.isnan(unknown)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"labels": [label("NORMAL"), bare_label("EFFUSION"), label("NODULE")]}, "for every label or for none"),
        ({"labels": [bare_label(name) | {"threshold": 0.5} for name in ("A", "B", "C")]}, "go together"),
        ({"explained": {"layer": "features", "heatmap_scale": 0.1}}, "go together"),
    ],
)
def test_half_of_a_statement_is_refused(tmp_path, changes, words):
    with pytest.raises(CardError, match=words):
        installed_card(write_model(tmp_path, **changes))


def test_prediction_sets_without_a_coverage_are_refused(tmp_path):
    quantiles = [bare_label(name) | {"conformal_quantile": 0.5} for name in ("NORMAL", "EFFUSION", "NODULE")]
    with pytest.raises(CardError, match="states the coverage"):
        installed_card(write_bare_model(tmp_path, labels=quantiles))


def test_a_card_keeps_its_fingerprint_where_later_fields_are_not_stated(tmp_path):
    """Recorded predictions name the card by it; the value is that of this card before these could be stated."""
    card = read_card(write_model(tmp_path, "plain") / "card.toml")
    pixels = card.input.model_copy(update={"channel_order": "bgr"})
    assert card.model_copy(update={"input": pixels}).fingerprint != card.fingerprint
    children = card.accepts.model_copy(update={"age_years": (0, 17)})
    assert card.model_copy(update={"accepts": children}).fingerprint != card.fingerprint
    fields = card.model_dump(exclude={"title", "summary", "architecture", "training", "metrics", "use"})
    del fields["input"]["channel_order"], fields["accepts"]["age_years"], fields["accepts"]["sex"]
    del fields["fields"], fields["note"]
    assert card.fingerprint == sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()


def test_ages_have_an_order(tmp_path):
    folder = write_model(tmp_path, "plain", accepts={"modality": [], "body_part": [], "age_years": [17, 0]})
    with pytest.raises(CardError, match="the lowest age comes first"):
        read_card(folder / "card.toml")
