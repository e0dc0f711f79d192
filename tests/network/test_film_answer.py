"""Films of several frames: each is answered by itself, and what a model does not take is named."""

from io import BytesIO

import numpy as np
import pydicom
import pytest

from meddx.errors import Refused
from meddx.model.registry import find_model
from meddx.network.film_answer import answer_files, read_answer
from meddx.network.node_config import NodeRule
from tests.export.cases import answer
from tests.imaging.images import image_bytes
from tests.network.peers import errors_of
from tests.network.programmed_engine import ProgrammedEngine

RULE = NodeRule(name="chest", model="untrained", method="grad-cam", area=True, most_frames=3)


@pytest.fixture
def model(untrained_models):
    return find_model(untrained_models, "untrained")


@pytest.fixture(scope="module")
def film():
    frames = np.random.default_rng(1).integers(0, 4096, (3 * 60, 40)).astype(np.uint16)
    return image_bytes(
        frames, Modality="DX", BodyPartExamined="CHEST", BitsStored=12, StudyInstanceUID="1.2", SeriesInstanceUID="1.3",
        PatientOrientation=["L", "F"], PixelSpacing=[0.2, 0.2], Rows=60, NumberOfFrames=3,
        SOPClassUID=pydicom.uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
    )  # fmt: skip


class Answers(ProgrammedEngine):
    """The probability of EFFUSION is that of the frame; a frame without one is refused."""

    def __init__(self, *of_frames):
        super().__init__()
        self.of_frames = of_frames

    def predict(self, data, model, frame=0):
        given = self.of_frames[frame]
        if given is None:
            raise Refused("view", "Another view.")
        return answer(probabilities={"NORMAL": 1 - given, "EFFUSION": given, "NODULE": 0.0})


def written(folder, engine, film, model, rule=RULE):
    files = dict(answer_files(engine, 7, film, rule, model))
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return files


def test_every_frame_has_its_own_objects_which_refer_to_it(film, model, tmp_path):
    files = written(tmp_path, Answers(0.5, 0.6, 0.7), film, model)
    reports = {name: pydicom.dcmread(BytesIO(data)) for name, data in files.items() if "findings" in name}
    assert list(reports) == ["00001-findings.dcm", "00002-findings.dcm", "00003-findings.dcm"]
    frames = [{one.value for one in report.iterall() if one.keyword == "ReferencedFrameNumber"}
              for report in reports.values()]  # fmt: skip
    assert frames == [{1}, {2}, {3}]
    objects = [pydicom.dcmread(path) for path in tmp_path.glob("*.dcm")]
    assert len({one.SOPInstanceUID for one in objects}) == len(objects) == 12
    for path in tmp_path.glob("*.dcm"):
        assert errors_of(path) == []
    labels, remark = read_answer(tmp_path)
    assert remark == ""
    assert [(one.frame, one.probability) for one in labels if one.label == "EFFUSION"] == [(0, 0.5), (1, 0.6), (2, 0.7)]
    assert {(one.film, one.rule, one.model) for one in labels} == {(7, "chest", "untrained")}
    assert [one.title for one in labels[:1]] == [model.card.labels[0].title]


def test_a_frame_that_the_model_refuses_is_named_and_the_others_are_answered(film, model, tmp_path):
    files = written(tmp_path, Answers(0.5, None, 0.7), film, model)
    assert sorted(name for name in files if "findings" in name) == ["00001-findings.dcm", "00003-findings.dcm"]
    assert read_answer(tmp_path)[1] == "Frame 2: Another view."


def test_a_film_is_refused_where_every_frame_is_or_where_it_has_more_than_the_rule_allows(film, model, tmp_path):
    with pytest.raises(Refused, match="Another view"):
        written(tmp_path, Answers(None, None, None), film, model)
    with pytest.raises(Refused, match=r"3 frames, and rule chest answers films of 2 at most"):
        written(tmp_path, Answers(0.5, 0.5, 0.5), film, model, RULE.model_copy(update={"most_frames": 2}))


def test_results_of_an_older_version_say_nothing_in_short(tmp_path):
    assert read_answer(tmp_path) == ([], "")


def test_of_one_frame_the_files_are_named_as_they_are(film, model, tmp_path):
    one = pydicom.dcmread(BytesIO(film))
    one.NumberOfFrames, one.PixelData = 1, one.PixelData[: len(one.PixelData) // 3]
    stored = BytesIO()
    one.save_as(stored)
    files = written(tmp_path, Answers(0.5), stored.getvalue(), model)
    assert "findings.dcm" in files
