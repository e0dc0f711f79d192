import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import highdicom
import numpy as np
import PIL.Image
import pytest
from streamlit.testing.v1 import AppTest

from meddx import cli
from meddx.config import ROOT
from meddx.engine import local
from meddx.engine.service import Service
from meddx.explain.methods import METHODS
from meddx.imaging.overlay import overlay
from meddx.imaging.read_image import read_image
from pages.ui.common.viewer import image_viewer
from tests import untrained
from tests.engine.answers import Direct, images
from tests.engine.test_job_runner import until
from tests.imaging.images import image_bytes
from tests.patience import SECONDS
from tests.untrained import LABELS, write_bare_model, write_model


@pytest.fixture(autouse=True)
def _models(untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))


@pytest.fixture
def folder(tmp_path):
    """Two images, one without extension, a file that is none, and an image of another kind; a hidden file."""
    inside = tmp_path / "images"
    (inside / "deeper").mkdir(parents=True)
    first, second = images(2)
    (inside / "a.dcm").write_bytes(first)
    (inside / "deeper" / "a").write_bytes(second)
    (inside / "notes.txt").write_text("not an image")
    (inside / "z.dcm").write_bytes(images(1, modality="CT")[0])
    (inside / ".DS_Store").write_bytes(b"")
    return inside


@pytest.mark.parametrize("model", ["untrained", "untrained-multi"])
def test_json_holds_the_answers_that_keras_gives(folder, untrained_models, model, capsys):
    missing = folder / "missing.dcm"
    assert cli.main(["predict", str(folder), str(missing), "--model", model, "--json"]) == 1
    answers = json.loads(capsys.readouterr().out)

    sources = ["a.dcm", "deeper/a", "notes.txt", "z.dcm", "missing.dcm"]
    assert [answer["source"] for answer in answers] == [str(folder / source) for source in sources]
    rules = [answer["refused"] and answer["refused"]["rule"] for answer in answers]
    assert rules == [None, None, "not-an-image", "modality-not-accepted", "no-such-file"]
    direct = Direct(untrained_models / model)
    assert len({frozenset(answer) for answer in answers}) == 1, "a script finds the same names in every answer"
    for answer in answers:
        assert (answer["model"], answer["version"]) == (model, "1.0.0")
        assert answer["heatmaps"] == {}
        if answer["refused"]:
            assert answer["refused"]["reason"].endswith(".")
            assert (answer["probabilities"], answer["findings"], answer["prediction_set"]) == ({}, [], [])
        else:
            image = Path(answer["source"]).read_bytes()
            assert answer["probabilities"] == pytest.approx(direct(image), abs=1e-5)
            above = [label for label, p in answer["probabilities"].items() if p >= 0.5]
            assert answer["findings"] == above
            assert answer["prediction_set"] == ["NORMAL", "EFFUSION", "NODULE"]


def test_answers_that_are_kept_are_not_asked_for_again(folder, tmp_path, monkeypatch, capsys):
    """The folder holds a piece of the answers, and half a line more."""
    asked = ["predict", str(folder), "--model", "untrained", "--json"]
    monkeypatch.setattr("meddx.commands.predict_kept._PIECE", 2)
    assert cli.main([*asked, "--keep", str(tmp_path / "whole")]) == 1
    whole = capsys.readouterr().out
    first, _ = (tmp_path / "whole" / "answers.jsonl").read_bytes().splitlines(keepends=True)
    torn = shutil.copytree(tmp_path / "whole", tmp_path / "torn") / "answers.jsonl"
    torn.write_bytes(first + b'[{"source": ')
    answered, read = [], Service.predict
    monkeypatch.setattr(Service, "predict", lambda *of, **beside: answered.append(of[1]) or read(*of, **beside))
    assert cli.main([*asked, "--keep", str(tmp_path / "torn")]) == 1
    assert capsys.readouterr().out == whole
    assert sorted(answered) == sorted([(folder / "notes.txt").read_bytes(), (folder / "z.dcm").read_bytes()])
    assert torn.read_bytes() == (tmp_path / "whole" / "answers.jsonl").read_bytes()
    assert cli.main([*asked, "--keep", str(tmp_path / "torn"), "--frame", "1"]) == 2
    assert "changed while" in capsys.readouterr().err


def test_a_full_disk_ends_the_command_and_is_no_fault_of_an_image(folder, untrained_models, tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    for label in ("NORMAL", "EFFUSION", "NODULE"):
        (out / f"a-{label}.png").symlink_to("/dev/full")
    options = ["--model", "untrained", "--explain", "grad-cam", "--out", str(out)]
    assert cli.main(["predict", str(folder / "a.dcm"), *options]) == 2
    assert "cannot be written (No space left on device); make room" in capsys.readouterr().err


def test_explain_writes_one_overlay_a_label(folder, untrained_models, tmp_path, capsys):
    out = tmp_path / "out"
    options = ["--model", "untrained", "--explain", "grad-cam", "--out", str(out), "--json"]
    assert cli.main(["predict", str(folder / "a.dcm"), str(folder / "deeper"), *options]) == 0
    first, second = json.loads(capsys.readouterr().out)
    labels = ["NORMAL", "EFFUSION", "NODULE"]
    assert first["heatmaps"] == {label: str(out / f"a-{label}.png") for label in labels}
    assert second["heatmaps"] == {label: str(out / f"a-2-{label}.png") for label in labels}

    data = (folder / "a.dcm").read_bytes()
    service = Service(untrained_models)
    prediction = service.predict(data, "untrained")
    service.close()
    for label, path in first["heatmaps"].items():
        heatmap = prediction.heatmaps[label]
        expected = overlay(read_image(data), heatmap, prediction.heatmap_scale, prediction.placement)
        np.testing.assert_array_equal(np.asarray(PIL.Image.open(path)), expected)


def test_a_reader_gets_sentences(folder, capsys):
    assert cli.main(["predict", str(folder), "--model", "untrained"]) == 1
    said = capsys.readouterr()
    assert "NORMAL 3" in said.out
    assert "refused (not-an-image)" in said.out
    assert "still possible: NORMAL" in said.out
    assert "meant to hold the truth in 90\N{NO-BREAK SPACE}%; this was not measured." in said.out
    assert "Not a medical device" in said.err


def test_cautions_stand_before_the_findings(folder, monkeypatch, capsys):
    predict = Service.predict
    monkeypatch.setattr(
        Service, "predict", lambda *asked, **beside: replace(predict(*asked, **beside), cautions=("A negative.",))
    )
    assert cli.main(["predict", str(folder / "a.dcm"), "--model", "untrained"]) == 0
    said = capsys.readouterr().out
    assert said.index("CAUTION: A negative.") < said.index("findings:")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--model", "none"], "No model 'none' is installed; those installed: untrained"),
        (["--model", "untrained", "--explain", "grad-cam"], "--explain needs --out"),
        (["--model", "untrained", "--out", "somewhere"], "name their method with --explain"),
        (["--model", "untrained", "--check"], "name their method with --explain"),
        (["--model", "untrained", "--dicom-area"], "name their folder with --dicom-out"),
        (["--model", "untrained", "--dicom-out", __file__], "--dicom-out names a file"),
        (["--model", "untrained", "--explain", "grad-cam", "--out", __file__], "--out names a file"),
    ],
)
def test_a_command_that_is_wrong_exits_with_2(folder, options, said, capsys):
    assert cli.main(["predict", str(folder), *options]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("fault", ["nan", "exception"])
def test_an_image_that_cannot_be_answered_does_not_lose_the_others(folder, monkeypatch, capsys, fault):
    predict, corrupted = Service.predict, (folder / "a.dcm").read_bytes()

    def faulty(self, data, model, frame=0, **beside):
        prediction = predict(self, data, model, frame, **beside)
        if data != corrupted:
            return prediction
        if fault == "exception":
            raise ValueError("Zebedee^Quartz")
        return replace(prediction, probabilities=dict.fromkeys(prediction.probabilities, float("nan")))

    monkeypatch.setattr(Service, "predict", faulty)
    paths = [str(folder / "a.dcm"), str(folder / "deeper")]
    assert cli.main(["predict", *paths, "--model", "untrained", "--json"]) == 1
    said = capsys.readouterr().out
    assert "NaN" not in said
    assert "Zebedee" not in said
    first, second = json.loads(said)
    assert first["refused"]["rule"] == {"nan": "no-number", "exception": "failed"}[fault]
    assert first["refused"]["reason"].endswith(".")
    assert first["probabilities"] == {}
    assert second["refused"] is None


def test_windows_and_slopes_beyond_float32_are_answered_or_refused(tmp_path, capsys):
    pixels = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    chest = {"Modality": "DX", "BodyPartExamined": "CHEST", "BitsStored": 12}
    for name, attributes in {
        "window": {"WindowCenter": "1e300", "WindowWidth": "1e308"},
        "sigmoid": {"WindowCenter": "2048", "WindowWidth": "1e-40", "VOILUTFunction": "SIGMOID"},
        "slope": {"RescaleSlope": "1e300", "RescaleIntercept": "0"},
    }.items():
        (tmp_path / f"{name}.dcm").write_bytes(image_bytes(pixels, **chest, **attributes))
    options = ["--explain", "grad-cam", "--out", str(tmp_path / "out"), "--json"]
    assert cli.main(["predict", str(tmp_path), "--model", "untrained", *options]) == 1
    said = capsys.readouterr().out
    assert "NaN" not in said
    answers = {Path(answer["source"]).stem: answer for answer in json.loads(said)}
    assert answers["slope"]["refused"]["rule"] == "unsupported-image"
    for name in ("window", "sigmoid"):
        assert sum(answers[name]["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_as_a_process_it_prints_json_alone_and_keeps_tensorflow_quiet(folder):
    command = [sys.executable, "-m", "meddx", "predict", str(folder / "a.dcm"), "--model", "untrained", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert len(json.loads(done.stdout)) == 1
    assert "oneDNN" not in done.stderr
    assert "cuda" not in done.stderr.casefold()


@pytest.mark.parametrize("method", METHODS)
def test_every_method_can_be_asked_for(folder, tmp_path, capsys, method):
    out = tmp_path / "out"
    options = ["--model", "untrained", "--explain", method, "--out", str(out), "--json"]
    assert cli.main(["predict", str(folder / "a.dcm"), *options]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    for path in answer["heatmaps"].values():
        said = PIL.Image.open(path).text["Description"]
        assert METHODS[method].title in said
        measured = METHODS[method].scale in ("card", "measured or card")  # no record lies in the folder
        assert ("stretched to this image" in said) == (not measured)


def test_a_model_that_was_never_calibrated_says_so(folder, tmp_path, monkeypatch, capsys):
    write_bare_model(tmp_path / "models")
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path / "models"))
    image = folder / "a.dcm"
    assert cli.main(["predict", str(image), "--model", "bare", "--json"]) == 0
    [answer] = json.loads(capsys.readouterr().out)
    assert answer["calibrated"] is False
    assert (answer["findings"], answer["prediction_set"], answer["thresholds"]) == ([], None, {})
    assert any("Not calibrated here" in note for note in answer["notes"])
    out = tmp_path / "maps"
    assert cli.main(["predict", str(image), "--model", "bare", "--explain", "grad-cam", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "findings" not in printed
    assert "cannot be ruled out" not in printed
    picture = PIL.Image.open(out / "a-EFFUSION.png")
    assert "stretched to this image" in picture.text["Description"]


@pytest.fixture
def eager(tmp_path, monkeypatch):
    """A model of which every label is a finding."""
    write_model(tmp_path / "models", "eager", labels=[untrained.label(name, threshold=0.01) for name in LABELS])
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def check_buttons(page):
    return [one for one in page.button if one.label == "Check this heat map"]


def run_to_end(page, service, jobs):
    """The page after the jobs that it started have ended: the engine is asked, since a page that is run again and again
    takes the processor from them."""
    until(lambda: all(service.job(one.id).ended for one in jobs.values()))
    return page.run()


def test_dicom_results_hold_the_numbers_of_the_answer(eager, tmp_path, capsys):
    study = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.4"}
    geometry = {"PatientOrientation": ["L", "F"], "PixelSpacing": [0.2, 0.2]}
    [film] = images(1, **study, **geometry)
    (tmp_path / "film.dcm").write_bytes(film)
    (tmp_path / "picture.png").write_bytes(images(1)[0])  # of no study
    options = ["--model", "eager", "--dicom-out", str(tmp_path / "out"), "--json"]
    assert cli.main(["predict", str(tmp_path / "film.dcm"), str(tmp_path / "picture.png"), *options]) == 1
    said, refused = json.loads(capsys.readouterr().out)
    assert refused["refused"]["rule"] == "no-header"
    assert said["refused"] is None
    folder = tmp_path / "out" / "film"
    assert sorted(said["dicom"]) == sorted(map(str, folder.iterdir()))
    report = highdicom.sr.srread(folder / "findings.dcm")
    groups = report.content.get_image_measurement_groups()[1:]
    stated = [group.get_measurements()[0].value for group in groups]
    assert stated == list(said["probabilities"].values())
    values = {one.name.meaning: one.value.meaning for one in groups[-1].get_qualitative_evaluations()}
    assert values["Check of the heat map"] in {"Passed", "Unclear", "Failed", "Nothing marked"}


def test_the_command_says_of_a_map_what_the_page_says(eager, tmp_path, monkeypatch, capsys):
    image = tmp_path / "a.dcm"
    image.write_bytes(images(1)[0])
    options = ["--model", "eager", "--explain", "layer-cam", "--check"]
    assert cli.main(["predict", str(image), *options, "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert list(answer["map_checks"]) == answer["findings"] == list(LABELS)
    assert cli.main(["predict", str(image), *options]) == 0
    printed = capsys.readouterr().out

    service = Service(eager)
    service.owned_by = lambda owner: service  # as the engine of a web server
    monkeypatch.setattr(local, "engine", lambda: service)
    overlays = []
    take = image_viewer.overlay_data
    monkeypatch.setattr(
        image_viewer, "overlay_data", lambda *given, **others: overlays.append(take(*given, **others)) or overlays[-1]
    )
    page = AppTest.from_file(str(ROOT / "pages" / "navigation.py"), default_timeout=SECONDS).run()
    page = page.file_uploader[0].set_value([("a.dcm", image.read_bytes(), "application/octet-stream")]).run()
    [case] = page.session_state["images"].cases
    until(lambda: page.run() and case.answers)
    page = page.selectbox(key="heat map eager en").set_value("layer-cam").run()
    verdicts = set()
    for name, said in answer["map_checks"].items():
        case.labels["eager"] = name
        page = page.run()
        if said["verdict"] == "nothing marked":
            continue
        page = run_to_end(page, service, case.quick_checks)
        page = check_buttons(page)[0].click().run()
        page = run_to_end(page, service, case.map_checks)
        assert overlays[-1]["check"] == f"Check {said['verdict']}: {said['reason']}. Limits of other maps"
        [check] = [one.result for key, one in case.map_checks.items() if key[3] == name]
        assert (said["method"], said["calibrated"]) == (check.method, check.calibrated) == ("layer-cam", False)
        assert said["caution"] == check.caution
        assert f"heat map of {name} (LayerCAM): {said['verdict']}: {said['reason']}" in printed
        verdicts.add(said["verdict"])
    service.close()
    assert "failed" in verdicts, "an untrained network's maps do not hold"


def test_the_recommended_method_is_the_one_that_diagnose_shows_first(eager, tmp_path, capsys):
    image = tmp_path / "a.dcm"
    image.write_bytes(images(1)[0])
    assert cli.main(["predict", str(image), "--model", "eager", "--explain", "recommended", "--check", "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert {check["method"] for check in answer["map_checks"].values()} == {"grad-cam"}
    verdicts = {check["verdict"] for check in answer["map_checks"].values()}
    assert verdicts <= {"passed", "unclear", "failed", "nothing marked"}
    assert {type(check["calibrated"]) for check in answer["map_checks"].values()} == {bool}


def test_a_refused_image_has_no_checks(eager, folder, capsys):
    options = ["--model", "eager", "--explain", "layer-cam", "--check", "--json"]
    assert cli.main(["predict", str(folder / "notes.txt"), *options]) == 1
    (answer,) = json.loads(capsys.readouterr().out)
    assert answer["map_checks"] == {}
