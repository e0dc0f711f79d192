"""What tests record."""

from meddx.records.recorded import AnswerToRecord, CaseToRecord, OpinionToRecord
from meddx.types import Placement, Prediction, ReaderOpinion

THRESHOLDS = {"NORMAL": None, "EFFUSION": 0.5, "NODULE": 0.5}


def case(data=b"film", file_name="film.dcm", patient_id="P1"):
    return CaseToRecord(data, file_name, patient_id)


def answer(model="untrained", fingerprint="f" * 64, cautions=(), frame=0):
    probabilities = {"NORMAL": 0.2, "EFFUSION": 0.7, "NODULE": 0.1}
    given = Prediction(
        model=model,
        version="1.0.0",
        logits=probabilities,
        probabilities=probabilities,
        findings=("EFFUSION",),
        prediction_set=("EFFUSION",),
        heatmaps={},
        heatmap_scale=None,
        placement=Placement(0, 0, 1, 1),
        cautions=tuple(cautions),
    )
    return AnswerToRecord(given, fingerprint, THRESHOLDS, frame)


def opinion(verdict="agree", note="", corrected="", who="ana", label="EFFUSION"):
    return OpinionToRecord(label, ReaderOpinion(verdict, note, corrected), who)


def untold(_):
    """Tell no audit log."""


def add(records, *opinions, case=case(), answer=answer()):  # noqa: B008
    return records.add(case, answer, opinions, untold)
