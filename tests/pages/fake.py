"""An engine for tests that need its answers and not its work."""

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from meddx.engine.contract import COMPARE, QUICK_MAP_CHECK, READ_SCORES, DeidentifiedFile, Diagnosis
from meddx.engine.job_kinds.read_scores import options_of
from meddx.engine.serialization import deserialize, serialize
from meddx.engine.unpacking import unpack
from meddx.errors import EngineUnavailable, Refused
from meddx.evaluate.external_predictions import UnreadScores, column_names_of, read
from meddx.evaluate.paired.comparison import compare
from meddx.explain.methods import METHODS
from meddx.types import (
    DrawableImage,
    EngineStatus,
    Explanation,
    ImageHeader,
    JobStatus,
    MapCheck,
    MapMeasure,
    Placement,
    Prediction,
    Refusal,
    Window,
)


def crossed(message):
    """The message on the other side of the seam."""
    return deserialize(serialize(message))


NO_FILM = b"no image"
"""Bytes that the engine refuses to read."""
NOT_ACCEPTED = b"CT"
"""Bytes of an image that no model takes."""


def drawable(**changes):
    """A grey image of 2 x 3 pixels."""
    fields = {
        "pixels": b"gzip", "rows": 2, "columns": 3, "channels": 1, "slope": 1.0, "intercept": 0.0,
        "window": Window(2.0, 4.0), "voi_lut": None, "inverted": False, "pixel_aspect": 1.0, "frame": 0, "frames": 1,
        "format": "DICOM", "bits_stored": 12, "modality": "DX", "body_part": "CHEST", "view": None,
        "transfer_syntax": None, "synthetic": False, "notes": (),
    }  # fmt: skip
    return DrawableImage(**fields | changes)


def prediction(probabilities, findings=(), prediction_set=(), *, notes=(), peak=0.5, model="untrained"):
    """An answer with a heat map of 2 x 2 cells that reaches `peak` for every label."""
    return Prediction(
        model=model.partition(":")[0],
        version="1.0.0",
        logits=dict(probabilities),
        probabilities=dict(probabilities),
        findings=tuple(findings),
        prediction_set=tuple(prediction_set),
        heatmaps={name: np.array([[0, peak], [0, 0]], np.float32) for name in probabilities},
        heatmap_scale=1.0,
        placement=Placement(0, 0, 1, 1),
        notes=tuple(notes),
    )


def explanation(method, values=((0.0, 0.3), (0.0, 0.0)), *, scale=None, model="untrained"):
    """The same map for every label."""
    return Explanation(
        model=model.partition(":")[0],
        version="1.0.0",
        method=method,
        maps={name: np.array(values, np.float32) for name in ("NORMAL", "EFFUSION", "NODULE")},
        units=METHODS[method].units,
        signed=METHODS[method].signed,
        scale=scale,
        placement=Placement(0, 0, 1, 1),
    )


def quick_check(verdict="reliable", effect="good", caution=""):
    """The quick check of a map by one measure."""
    words = "Hiding highlighted areas lowers the prediction more than hiding others."
    measure = MapMeasure("faithful", "Effect on the prediction", effect, words, 0.5, 0.2, 0.3, {})
    curves = {"map": (0.6,), "centre": (0.7,), "random": (0.8,)}
    return MapCheck(
        "untrained", "1.0.0", "EFFUSION", "grad-cam", verdict, (measure,), (0.1,), curves, curves, 0.9, 0.1, 36,
        caution, quick=True,
    )  # fmt: skip


class FakeEngine:
    """Answers every image alike; `fails` is how many questions it will not answer.

    statuses: what is known of each job, for a test to change; one that is started is waiting until the test says more,
    but of the kinds in `done`, which need no TensorFlow, it is done at once, by the engine's own functions.
    quick_checks: what was asked of every quick check, which pages start by themselves and `started` leaves out;
    quick_status: how each of them stands, at first done and passed.
    headers: what each file says of itself, by its bytes; files that are not in there say nothing.
    text: boxes found in the pixels of a file, and whether the reader is asked, by its bytes.
    beside: record and note of each answer and map that was asked for.
    records, results, images: of stored jobs by id, the last by case as well. uploads: names of the files of each.
    """

    def __init__(self, fails=0):
        self.asked = []
        self.fails = fails
        self.statuses = {}
        self.started = []
        self.quick_checks, self.cancelled = [], []
        self.quick_status = JobStatus("", QUICK_MAP_CHECK, "done", result=quick_check())
        self.records, self.results, self.images = {}, {}, {}
        self.uploads, self.discarded = [], []
        self.failed = {}
        self.beside, self.hurried = [], []
        self.headers, self.text = {}, {}
        self.done = {READ_SCORES: self._read_scores, COMPARE: self._compare}
        self.state = "ready"

    def owned_by(self, owner):
        self.owner = owner
        return self

    def status(self):
        return EngineStatus(self.state, failed=self.failed)

    def image(self, data, frame=0):
        self._hear("image", data)
        return drawable(frame=frame)

    def thumbnail(self, data, side, frame=0):
        self._hear("thumbnail", data)
        return b"jpeg"

    def header(self, data):
        return self.headers.get(data, ImageHeader())

    def unpack(self, archive, room, start=0, held=""):
        self.asked.append("unpack")
        return crossed(unpack(archive, room, start))

    def predict(self, data, model, frame=0, *, hurry=True, **beside):
        self.hurried.append(hurry)
        self.beside.append(beside)
        self._hear("predict", data)
        if data == NOT_ACCEPTED:
            raise Refused("modality-not-accepted", "The image states Modality CT.")
        probabilities = {"NORMAL": 0.2, "EFFUSION": 0.7, "NODULE": 0.1}
        return prediction(probabilities, ["EFFUSION"], ["EFFUSION"], model=model)

    def diagnose(self, data, model, frame=0, **beside):
        self._hear("diagnose", data)
        try:
            answer = self.predict(data, model, frame, **beside)
        except Refused as refused:
            answer = Refusal(refused.rule, refused.reason)
        return Diagnosis(drawable(frame=frame), answer)

    def explain(self, data, model, method, frame=0, **beside):
        self.beside.append(beside)
        self._hear(method, data)
        return explanation(method, model=model)

    def start(self, kind, arguments):
        if kind == QUICK_MAP_CHECK:
            self.quick_checks.append(crossed(dict(arguments)))
            return f"quick-{len(self.quick_checks)}"
        self.started.append((kind, dict(arguments)))
        status = JobStatus(f"job-{len(self.statuses)}", kind, "waiting")
        if kind in self.done:
            status = replace(status, **self.done[kind](deserialize(serialize(arguments))))
        self.statuses[status.id] = status
        return status.id

    def _read_scores(self, arguments):
        """What the engine reads of the last upload."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "scores"
            [content] = self.uploads[-1].values()
            path.write_bytes(content)
            try:
                return {"state": "done", "result": crossed(read(path, options_of(arguments["columns"])))}
            except Refused as refused:
                refusal = Refusal(refused.rule, refused.reason)
            with suppress(Refused):
                return {"state": "done", "result": crossed(UnreadScores(refusal, column_names_of(path)))}
            return {"state": "failed", "message": refusal.reason, "result": refusal}

    def _compare(self, arguments):
        return {"state": "done", "result": crossed(compare(**arguments).differences)}

    def job(self, id):
        if id.startswith("quick-"):
            return replace(self.quick_status, id=id)
        if id not in self.statuses:
            raise Refused("no-job", "This job is not known any more.")
        return self.statuses[id]

    def cancel(self, id):
        if id.startswith("quick-"):
            self.cancelled.append(id)
            return
        self.statuses[id] = replace(self.job(id), state="cancelled")

    def deidentify(self, data):
        self._hear("deidentify", data)
        made = crossed(DeidentifiedFile(b"clean " + data, ".dcm", *self.text.get(data, ())))
        assert isinstance(made, DeidentifiedFile)
        return made

    def mask_text(self, data, boxes):
        self._hear("mask_text", data)
        return crossed(data.replace(b"clean", b"masked") + str(len(boxes)).encode())

    def upload(self, files, kind="images"):
        self._answers()
        self.uploads.append({name: b"".join(content) for name, content in files})
        return "u" * 22

    def discard_upload(self, token):
        self._answers()
        self.discarded.append(token)

    def jobs(self):
        self._answers()
        return tuple(sorted(self.records.values(), key=lambda job: job.created, reverse=True))

    def job_record(self, id):
        self._answers()
        return self._known(self.records, id)

    def job_result(self, id):
        self._answers()
        return self._known(self.results, id)

    def job_case(self, id, case):
        self._answers()
        return self._known(self._known(self.images, id), case)

    def remove_job(self, id):
        self._answers()
        self._known(self.records, id)
        del self.records[id]

    def _known(self, what, name):
        if name not in what:
            raise Refused("no-job", "This job is not known any more: it was removed, or is too old.")
        return what[name]

    def _answers(self):
        if self.fails:
            self.fails -= 1
            raise EngineUnavailable("The engine is not up yet.")

    def _hear(self, method, data):
        self.asked.append(method)
        if self.fails:
            self.fails -= 1
            raise EngineUnavailable("The engine stopped while answering.")
        if data in (NO_FILM, b""):
            raise Refused("not-an-image", "The file is no image.")
