"""The jobs of the guided page, from an uploaded file and uploaded images to an installed model."""

import io
import zipfile
from types import SimpleNamespace

import pytest

from meddx.engine.contract import Cancelled
from meddx.engine.job_kinds import add_model, compare_preprocessing, inspect_model
from meddx.engine.uploads import store_upload
from meddx.errors import Refused
from meddx.imaging.read_image import read_image
from meddx.model.registry import list_models
from meddx.types import no_progress
from tests.install.own_model import images, network, write_set

CONTEXT = SimpleNamespace(decode=read_image)


@pytest.fixture
def uploaded(tmp_path, monkeypatch):
    """Arguments of the jobs: a model file and a ZIP archive of labelled images, both uploaded."""
    monkeypatch.setenv("MEDDX_JOBS", str(tmp_path / "jobs"))
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path / "models"))
    network().save(tmp_path / "Spot CNN.keras")
    folder = write_set(tmp_path / "set", *images(60, 3))
    model = store_upload([("Spot CNN.keras", [(tmp_path / "Spot CNN.keras").read_bytes()])])
    return {"model_upload": model, "upload": store_upload([("set.zip", [zipped(folder)])])}


def zipped(folder):
    """The archive of a labelled folder."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.rglob("*.png")):
            file.write(path, path.relative_to(folder))
    return archive.getvalue()


def test_a_file_and_a_labelled_folder_become_an_installed_model(uploaded, tmp_path):
    found = inspect_model.run(CONTEXT, uploaded, no_progress)
    assert (found["id"], found["heads"][0]["units"]) == ("spot-cnn", 2)
    arguments = uploaded | {"choices": {"labels": ["clear", "spot"], "set_name": "ward 3"}}
    compared = compare_preprocessing.run(CONTEXT, arguments, no_progress)
    assert {one["scaling"] for one in compared["tried"]} >= {"0-1", "0-255"}
    arguments["choices"] |= {"scaling": "0-1", "resize": "pad"}
    assert add_model.run(CONTEXT, arguments, no_progress) == {"id": "spot-cnn", "version": "1.0.0"}
    [model] = list_models(tmp_path / "models").models
    assert [label.name for label in model.card.labels] == ["clear", "spot"]
    with pytest.raises(Refused, match="installed already"):
        add_model.run(CONTEXT, arguments, no_progress)


@pytest.mark.parametrize("job", [compare_preprocessing, add_model])
def test_an_image_that_breaks_the_engine_s_decoder_is_left_out(uploaded, job):
    decoded = []

    def decode(data, frame):
        decoded.append(data)
        if len(set(decoded)) == 3:
            raise Refused("decoder-crashed", "The file makes its decoder crash: export it uncompressed.")
        return read_image(data, frame)

    choices = {"labels": ["clear", "spot"], "scaling": "0-1", "resize": "pad"}
    assert job.run(SimpleNamespace(decode=decode), uploaded | {"choices": choices}, no_progress)
    assert len(set(decoded)) == 60


def test_a_job_that_is_cancelled_leaves_nothing(uploaded, tmp_path):
    def cancel(done, total, message=""):
        if "network" in message:
            raise Cancelled

    arguments = uploaded | {"choices": {"labels": ["clear", "spot"], "scaling": "0-1", "resize": "pad"}}
    with pytest.raises(Cancelled):
        add_model.run(CONTEXT, arguments, cancel)
    assert not list((tmp_path / "models").glob("*"))


@pytest.mark.parametrize("job", [compare_preprocessing, add_model])
def test_a_table_that_names_images_outside_its_upload_is_refused(uploaded, tmp_path, job):
    inside, outside = tmp_path / "set" / "clear" / "000.png", tmp_path / "set" / "spot" / "001.png"
    table = f"path,label\nown.png,clear\n{outside},spot\n"
    images = store_upload([("own.png", [inside.read_bytes()]), ("labels.csv", [table.encode()])])
    choices = {"labels": ["clear", "spot"], "scaling": "0-1", "resize": "pad"}
    with pytest.raises(Refused) as refused:
        job.run(CONTEXT, uploaded | {"upload": images, "choices": choices}, no_progress)
    assert refused.value.rule == "outside-set"
    assert str(tmp_path) not in refused.value.reason
    assert not list((tmp_path / "models").glob("*"))


def test_a_table_on_the_server_may_name_images_only_where_the_server_may_read(uploaded, tmp_path, monkeypatch):
    (tmp_path / "readable").mkdir()
    monkeypatch.setenv("MEDDX_EVALUATE_ROOTS", str(tmp_path / "readable"))
    rows = [f"../set/{path.parent.name}/{path.name},{path.parent.name}" for path in (tmp_path / "set").rglob("*.png")]
    (tmp_path / "readable" / "labels.csv").write_text("path,label\n" + "\n".join(rows) + "\n")
    arguments = {"model_upload": uploaded["model_upload"], "folder_of_images": "."}
    with pytest.raises(Refused) as refused:
        compare_preprocessing.run(CONTEXT, arguments | {"choices": {"labels": ["clear", "spot"]}}, no_progress)
    assert refused.value.rule == "outside-set"
