import io
import json
import threading
import time
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from meddx.engine import evaluation_job
from meddx.engine.contract import Cancelled
from meddx.engine.job_kinds import evaluate
from meddx.engine.job_store import UPLOADED_IMAGES, UPLOADS, JobStore
from meddx.engine.service import Service
from meddx.errors import Refused
from meddx.evaluate.ood_detector import ALL_PARTS, FEATURES_FILE, fit_ood_detector, write_ood_detector
from meddx.evaluate.predictions import read_predictions
from meddx.evaluate.sets.labelled_set import LabelledCase
from meddx.evaluate.sets.name_pseudonyms import name_pseudonym
from meddx.imaging import isolated_reading
from meddx.imaging.deidentification import on_reading
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.install.ood_reference import OodFeatures
from meddx.kept_pieces import ANSWERS
from meddx.model.loading import load_model
from meddx.types import StoredFrame
from tests.engine.answers import Direct
from tests.engine.labelled import BROKEN, CLASSES, class_folders, zipped
from tests.engine.test_job_runner import until
from tests.patience import SECONDS
from tests.untrained import write_model


@pytest.fixture
def images(tmp_path, monkeypatch):
    """A set of 13 images, one of them broken, in a folder that the server may read."""
    monkeypatch.setenv("MEDDX_EVALUATE_ROOTS", str(tmp_path / "allowed"))
    monkeypatch.setenv("MEDDX_JOBS", str(tmp_path / "jobs"))
    return class_folders(tmp_path / "allowed" / "set")


@pytest.fixture
def service(untrained_models, images):
    made = Service(untrained_models)
    yield made
    made.close()


def asked(**changes):
    return {"model": "untrained", "folder_of_images": "set", "classes": CLASSES} | changes


def run(service, folder, progress=lambda *at: None, **changes):
    folder.mkdir(exist_ok=True)
    return evaluate.run(service, {**asked(**changes), "folder": folder}, progress)


def stopping(after):
    """Progress that is cancelled when so many images are through."""

    def progress(done, total, message=""):
        if message == "Reading images" and done >= after:
            raise Cancelled

    return progress


def bytes_of(folder):
    return [(folder / name).read_bytes() for name in (evaluation_job.PREDICTIONS_FILE, evaluation_job.REFUSED_FILE)]


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr("meddx.evaluate.batched_inference.images_at_once", lambda height, width: 4)


def test_the_answers_are_those_of_keras_and_bad_images_are_counted(service, images, untrained_models, tmp_path):
    result = run(service, tmp_path / "job")
    assert (result["n"], result["refused"], result["left_out"]) == (12, {"not-an-image": 1}, 0)
    predictions = read_predictions(tmp_path / "job" / evaluation_job.PREDICTIONS_FILE)
    assert predictions.labels == ("NORMAL", "EFFUSION", "NODULE")
    direct = Direct(untrained_models / "untrained")
    for row, case in enumerate(predictions.cases):
        said = direct((images / case).read_bytes())
        assert predictions.probabilities[row] == pytest.approx(list(said.values()), abs=1e-5)
        assert predictions.labels[predictions.targets[row].argmax()] == case.split("/")[0]
    (refused,) = json.loads((tmp_path / "job" / evaluation_job.REFUSED_FILE).read_bytes())
    assert (refused["case"], refused["rule"]) == ("NODULE/broken.dcm", "not-an-image")


@pytest.mark.usefixtures("images", "small_pieces")
@pytest.mark.parametrize("tear", [b"", b"[[0.1, 0.2, 0.3], [0.4", b"\0\0\0"], ids=["whole", "torn", "corrupted"])
def test_taken_up_again_the_result_is_the_same_to_the_byte(service, tmp_path, tear, monkeypatch):
    run(service, tmp_path / "undisturbed")
    with pytest.raises(Cancelled):
        run(service, tmp_path / "torn", stopping(after=8))
    with (tmp_path / "torn" / ANSWERS).open("ab") as file:
        file.write(tear)
    read, whole = [], LabelledCase.image
    monkeypatch.setattr(LabelledCase, "image", lambda case: read.append(case.id) or whole(case))
    run(service, tmp_path / "torn")
    assert len(read) == 5, "what was answered is not computed again"
    assert bytes_of(tmp_path / "torn") == bytes_of(tmp_path / "undisturbed")


@pytest.mark.usefixtures("small_pieces")
def test_other_images_are_not_mixed_in(service, images, tmp_path):
    with pytest.raises(Cancelled):
        run(service, tmp_path / "job", stopping(after=4))
    (images / "NORMAL" / "another").write_bytes(BROKEN)
    with pytest.raises(Refused, match="changed while"):
        run(service, tmp_path / "job")


@pytest.mark.parametrize("kind", ["crashed", "hung", "memory"])
def test_an_image_that_breaks_its_decoder_is_left_out_and_says_why(
    images, untrained_models, tmp_path, monkeypatch, kind
):
    monkeypatch.setattr(isolated_reading, "CHILD", "tests.imaging.broken_reader")
    (images / "EFFUSION" / "001").write_bytes({"crashed": b"die", "hung": b"hang", "memory": b"memory"}[kind])
    service = Service(untrained_models, isolated=True)
    try:
        service.warm()
        service._reader._patience = 3.0 if kind == "hung" else SECONDS
        result = run(service, tmp_path / "job")
    finally:
        service.close()
    refused = {
        one["case"]: one["rule"] for one in json.loads((tmp_path / "job" / evaluation_job.REFUSED_FILE).read_bytes())
    }
    assert refused == {"EFFUSION/001": f"decoder-{kind}", "NODULE/broken.dcm": "not-an-image"}
    assert result["n"] == sum(path.is_file() for path in images.rglob("*")) - 2


@pytest.mark.usefixtures("small_pieces")
def test_a_process_that_ends_again_and_again_at_the_same_images_fails_the_job(service, tmp_path):
    class Death(BaseException):
        pass

    def dying(at):
        def progress(done, total, message=""):
            if message == "Reading images" and done >= at:
                raise Death

        return progress

    for _ in range(6):  # what is interrupted in good order does not count
        with pytest.raises(Cancelled):
            run(service, tmp_path / "job", stopping(after=0))
    for at in (0, 4, 8, 0, 0, 0, 0, 0):  # the last five begin after what was done by then
        with pytest.raises(Death):
            run(service, tmp_path / "job", dying(at))
    with pytest.raises(Refused, match="ended 5 times while it measured what follows the first 8 images"):
        run(service, tmp_path / "job")


def test_classes_are_mapped_merged_and_left_out(service, images, tmp_path):
    (images / "NORMAL").rename(images / "healthy")
    classes = {"healthy": ["NORMAL"], "effusion": ["EFFUSION", "NODULE"], "NODULE": []}
    result = run(service, tmp_path / "job", classes=classes)
    assert (result["n"], result["left_out"]) == (8, 5)
    predictions = read_predictions(tmp_path / "job" / evaluation_job.PREDICTIONS_FILE)
    assert predictions.labels == ("NORMAL", "EFFUSION or NODULE")
    np.testing.assert_allclose(predictions.probabilities.sum(axis=1), 1)
    assert predictions.targets.sum(axis=0).tolist() == [4, 4]


def test_a_set_without_one_readable_image_says_so(service, images, tmp_path):
    for path in images.rglob("*"):
        if path.is_file():
            path.write_bytes(BROKEN)
    with pytest.raises(Refused, match="None of the 13 images"):
        run(service, tmp_path / "job")


@pytest.mark.parametrize(
    "path", ["/etc", "..", "../jobs", "set/../../jobs", "nowhere", "link"], ids=lambda path: path.replace("/", "|")
)
def test_only_what_is_allowed_is_read(service, images, tmp_path, path):
    (tmp_path / "elsewhere").mkdir()
    (images.parent / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused) as refused:
        run(service, tmp_path / "job", folder_of_images=path)
    assert refused.value.rule == "not-allowed"


def test_without_allowed_folders_none_is_read(service, images, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_EVALUATE_ROOTS", "")
    with pytest.raises(Refused, match="reads no folders"):
        run(service, tmp_path / "job")


def test_a_table_that_names_a_file_elsewhere_is_refused(service, images, tmp_path):
    token = service.upload([("labels.csv", [b"path,label\n/etc/hostname,NORMAL\n"])])
    with pytest.raises(Refused) as refused:
        run(service, tmp_path / "job", upload=token, folder_of_images=None)
    assert refused.value.rule == "outside-set"


def result_of(service, job):
    result = service.job_result(job)
    return read_predictions(io.BytesIO(result.predictions)), result.refused


def ended(service, job):
    until(lambda: service.job(job).ended, 60)
    return service.job(job)


@pytest.mark.usefixtures("images")
@pytest.mark.parametrize("keep", [False, True])
def test_an_upload_is_looked_at_evaluated_and_deleted(service, images, tmp_path, keep):
    token = service.upload([("my images.zip", [memoryview(zipped(images))])])
    survey = ended(service, service.start("inspect_labelled_set", {"upload": token}))
    assert survey.result == {
        "images": 13,
        "classes": {"EFFUSION": 4, "NODULE": 5, "NORMAL": 4},
        "no_image": 1,
        "missing": 0,
        "unlabelled": 0,
        "reading": "",
        "label_columns": (),
    }

    until_then = time.time() + 3600 if keep else 0
    job = service.start(
        "evaluate", {"model": "untrained", "upload": token, "classes": CLASSES, "images_until": until_then}
    )
    status = ended(service, job)
    assert (status.state, status.result["n"], status.result["refused"]) == ("done", 12, {"not-an-image": 1})
    jobs = JobStore()
    until(lambda: (jobs.folder(job) / UPLOADED_IMAGES).exists() == keep)
    assert list((jobs.directory / UPLOADS).iterdir()) == []

    predictions, refused = result_of(service, job)
    assert list(refused) == ["NODULE/broken.dcm"]
    if keep:
        assert service.job_case(job, predictions.cases[0]) == StoredFrame((images / predictions.cases[0]).read_bytes())
        rule, case = "no-case", "../../../etc/passwd"
    else:
        rule, case = "images-gone", predictions.cases[0]
    with pytest.raises(Refused) as no_image:
        service.job_case(job, case)
    assert no_image.value.rule == rule
    private = [jobs.directory, jobs.folder(job), *(path for path in jobs.directory.rglob("*") if path.is_file())]
    leaks = [path for path in private if path.stat().st_mode & 0o077]
    assert leaks == []


def test_loose_images_with_a_table_are_an_upload_too(service, images, tmp_path):
    paths = sorted(path for path in images.rglob("*") if path.is_file())
    table = "path,label,patient,sex,age\n" + "".join(f"{p.name},{p.parent.name},P1,F,63\n" for p in paths)
    token = service.upload([*((path.name, [path.read_bytes()]) for path in paths), ("labels.csv", [table.encode()])])
    job = service.start("evaluate", {"model": "untrained", "upload": token, "classes": CLASSES})
    assert ended(service, job).result["n"] == 12
    predictions, refused = result_of(service, job)
    assert predictions.groups == ("patient 1",) * 12, "job files name no patient"
    assert predictions.attributes == {"sex": ("F",) * 12, "age": ("63",) * 12}
    assert list(refused) == ["broken.dcm"]


def test_what_cannot_be_evaluated_fails_with_its_rule_and_leaves_no_images(service, images):
    for data, rule in ((b"no archive", "unreadable-archive"), (b"", "unreadable-archive")):
        token = service.upload([("a.zip", [data])])
        status = ended(service, service.start("evaluate", asked(upload=token)))
        assert (status.state, status.result.rule) == ("failed", rule)
    status = ended(service, service.start("evaluate", asked(upload="x" * 22)))
    assert status.result.rule == "no-upload"
    status = ended(service, service.start("evaluate", asked(model="none")))
    assert "No model 'none' is installed" in status.message


def test_two_sessions_see_the_same_job(service, images):
    job = service.start("evaluate", asked())
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(ended(service, job))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen[0] == seen[1]
    assert [(record.id, record.state) for record in service.jobs()] == [(job, "done")]
    assert service.jobs()[0] == service.job_record(job)
    service.remove_job(job)
    assert service.jobs() == ()
    for ask in (service.job_record, service.job_result):
        with pytest.raises(Refused, match="was removed"):
            ask(job)


NAMED = "ZEBEDEE"


@pytest.fixture
def named(tmp_path, monkeypatch):
    """Images in folders of the server, whose names and table name patients; one cannot be read."""
    monkeypatch.setenv("MEDDX_EVALUATE_ROOTS", str(tmp_path / "allowed"))
    monkeypatch.setenv("MEDDX_JOBS", str(tmp_path / "jobs"))
    monkeypatch.setenv(on_reading._KEY_VARIABLE, "11" * 32)
    folder = class_folders(tmp_path / "allowed" / "set")
    rows = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        moved = folder / NAMED / f"{NAMED} {path.name}"
        moved.parent.mkdir(exist_ok=True)
        path.rename(moved)
        rows.append(f"{moved.relative_to(folder)},{path.parent.name},{NAMED} {path.name[:2]}")
    (folder / "set.csv").write_text("\n".join(["path,label,patient", *rows]))
    return folder


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("policy", ["off", "mask"])
def test_files_of_a_job_name_no_patient_and_cases_as_the_policy_says(
    untrained_models, named, tmp_path, monkeypatch, policy
):
    monkeypatch.setenv("MEDDX_DEIDENTIFY", policy)
    with closing(Service(untrained_models)) as service:
        run(service, tmp_path / "job")
    predictions = read_predictions(tmp_path / "job" / evaluation_job.PREDICTIONS_FILE)
    assert predictions.n_patients == 2
    assert set(predictions.groups) == {"patient 1", "patient 2"}
    kept = files_of(tmp_path / "job")
    [refused] = json.loads(kept[evaluation_job.REFUSED_FILE])
    cases = [*predictions.cases, refused["case"]]
    assert f"{tmp_path}" not in kept[evaluation_job.PIXELS_FILE].decode()
    if policy == "off":
        assert all(case.startswith(f"{NAMED}/{NAMED} ") for case in cases)
    else:
        pseudonyms = Pseudonyms(bytes.fromhex("11" * 32))
        names = [f"{NAMED}/{NAMED} {path.name.split()[1]}" for path in (named / NAMED).iterdir()]
        assert sorted(cases) == sorted(name_pseudonym(name, pseudonyms) for name in names)
        assert {name for name, data in kept.items() if NAMED.encode() in data} == set()


@pytest.mark.usefixtures("named")
def test_a_case_is_shown_by_its_pseudonym(untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_DEIDENTIFY", "mask")
    with closing(Service(untrained_models)) as service:
        id = service.start("evaluate", asked())
        until(lambda: service.job(id).ended)
        [case, *_] = read_predictions(io.BytesIO(service.job_result(id).predictions)).cases
        assert read_image(service.job_case(id, case).data).values.size


def test_an_image_that_was_corrected_after_it_was_measured_is_not_shown_with_the_old_numbers(service, images):
    job = service.start("evaluate", asked())
    assert ended(service, job).state == "done"
    case = result_of(service, job)[0].cases[0]
    assert service.job_case(job, case) == StoredFrame((images / case).read_bytes())
    (images / case).write_bytes((images / case).read_bytes() + b"\0")
    with pytest.raises(Refused) as refused:
        service.job_case(job, case)
    assert refused.value.rule == "changed"


@pytest.mark.usefixtures("small_pieces")
def test_another_card_is_not_mixed_in(images, tmp_path):
    folder = write_model(tmp_path / "models")
    with closing(Service(folder.parent)) as service:
        with pytest.raises(Cancelled):
            run(service, tmp_path / "job", stopping(after=4))
        card = folder / "card.toml"
        card.write_text(card.read_text().replace("temperature = 1.5", "temperature = 1.4"))
        with pytest.raises(Refused, match="changed while"):
            run(service, tmp_path / "job")


@pytest.mark.usefixtures("images", "small_pieces")
def test_each_case_says_whether_diagnose_would_call_it_unlike_the_training_images(images, tmp_path):
    folder = write_model(tmp_path / "models")
    loaded = load_model(folder)
    whole = [path for path in sorted(images.rglob("*")) if path.is_file() and path.read_bytes() != BROKEN]
    inputs = np.stack([model_input(read_image(path.read_bytes()), loaded.card.input)[0] for path in whole])
    features, targets = OodFeatures(loaded, "features")(inputs), np.eye(3, dtype=bool)[np.arange(12) % 3]
    detector = fit_ood_detector(features, targets, features, exclusive=True, layer="features", parts=ALL_PARTS)
    middle = float(np.median(detector.distance(features)))
    write_ood_detector(folder / FEATURES_FILE, replace(detector, threshold=middle), loaded.card.weights.sha256)
    with closing(Service(folder.parent)) as service:
        run(service, tmp_path / "job")
        predictions = read_predictions(tmp_path / "job" / evaluation_job.PREDICTIONS_FILE)
        scores = [service.predict((images / case).read_bytes(), "untrained").ood for case in predictions.cases]
    said = predictions.attributes["similarity to training images"]
    assert [one == "unlike the training images" for one in said] == [score.is_outside for score in scores]
    assert len(set(said)) == 2
    distances = [float(one) for one in predictions.attributes["distance from training images"]]
    assert distances == pytest.approx([score.distance for score in scores], abs=0.02)
