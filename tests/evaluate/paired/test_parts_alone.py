"""What the parts of a fusion say alone, beside it: read from its folder, compared, and told by the commands."""

import json

import pytest

from meddx.cli import main
from meddx.errors import Refused
from meddx.evaluate.operating_point import youden_threshold
from meddx.evaluate.paired.parts_alone import IMAGE, part_file, parts_alone
from meddx.evaluate.paired.record_adds import added_sentences, of_the_fusion, what_the_record_adds
from meddx.evaluate.predictions import read_predictions
from meddx.model.registry import find_model
from tests.evaluate.paired.fusion_and_parts import write_parts
from tests.fused import write_fused


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return write_parts(tmp_path_factory.mktemp("models"))


def test_the_record_adds_what_was_drawn(models):
    found = what_the_record_adds(find_model(models, "fused"))
    pairs = {(one.b, one.metric): one for one in of_the_fusion(found)}
    area = pairs["fused: image alone", "auroc"]
    assert area.n == 300
    assert (area.difference > 0.05, area.low > 0) == (True, True)
    assert "fused: record and note alone" in {b for b, _ in pairs}
    first = added_sentences(found)[0]
    assert "image and record together" in first
    assert "the image alone" in first
    assert "after Holm's correction for 3 pairs" in first


def test_a_part_is_called_at_the_threshold_of_its_validation_cases(models):
    image = parts_alone(find_model(models, "fused"))[0]
    validation = read_predictions(models / "fused" / part_file("validation", IMAGE))
    assert image.thresholds[1] == youden_threshold(validation.probabilities[:, 1], validation.targets[:, 1])


def test_the_commands_compare_the_parts(models, monkeypatch, capsys):
    monkeypatch.setenv("MEDDX_MODELS", str(models))
    assert main(["compare", "--models", "fused", "--parts", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["models"]) == ["fused", "fused: image alone", "fused: record and note alone"]
    assert main(["evaluate", "--model", "fused", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["parts_alone"]
    assert {(row["a"], row["b"]) for row in rows if row["metric"] == "auroc"} == {
        ("fused", "fused: image alone"),
        ("fused", "fused: record and note alone"),
    }
    assert main(["evaluate", "--model", "fused"]) == 0
    assert "for image and record together and" in " ".join(capsys.readouterr().out.split())


def test_a_model_without_parts_is_refused(models, tmp_path, monkeypatch, capsys):
    write_fused(tmp_path, labels=2)
    with pytest.raises(Refused, match="leave the parts out"):
        parts_alone(find_model(tmp_path, "fused"))
    monkeypatch.setenv("MEDDX_MODELS", str(models))
    assert main(["compare", "--models", "fused", "--parts", "--data", str(tmp_path)]) == 2
    assert "leave --data out" in capsys.readouterr().err
