"""The worklist as a table."""

import csv
from io import StringIO

from meddx.export.spreadsheets import table_csv
from meddx.export.worklist_table import WorklistRow, worklist_table
from meddx.imaging.measurements import ImageScale, Measurement
from meddx.types import ReaderOpinion, Refusal
from tests.export.cases import FAR, answer


def rows(card, *cases):
    return list(csv.DictReader(StringIO(table_csv(worklist_table(cases, card)))))


def test_every_image_is_a_row_with_its_state(card):
    answered, refused, failed, waiting = rows(
        card,
        WorklistRow("a.dcm", "aa", 2, answer(ood=FAR)),
        WorklistRow("b.txt", "bb", 0, Refusal("not-an-image", "The file is no image.")),
        WorklistRow("c.dcm", "cc", 0, None, "The engine stopped."),
        WorklistRow("d.dcm", "dd", 0, None),
    )
    assert [row["state"] for row in (answered, refused, failed, waiting)] == [
        "answered",
        "refused",
        "failed",
        "waiting",
    ]
    assert (answered["file"], answered["sha256"], answered["frame"]) == ("a.dcm", "aa", "3")
    assert (answered["model"], answered["version"], answered["calibrated"]) == ("untrained", "1.0.0", "True")
    assert (answered["findings"], answered["unlike_training_images"]) == ("EFFUSION", "True")
    assert (float(answered["probability EFFUSION"]), float(answered["cut-off EFFUSION"])) == (0.7, 0.5)
    assert refused["reason"] == "The file is no image."
    assert failed["reason"] == "The engine stopped."
    assert {refused[name] for name in ("findings", "probability NORMAL", "cut-off NORMAL", "distance")} == {""}
    assert {row["note"] for row in (answered, waiting)} == {"For research use only. Not a medical device."}


def test_a_file_name_is_never_a_formula(card):
    [row] = rows(card, WorklistRow('=HYPERLINK("http://x")', "aa", 0, None))
    assert row["file"] == '\'=HYPERLINK("http://x")'


def test_what_the_reader_thinks_stands_beside_what_the_model_says(card):
    opinions = {"EFFUSION": ReaderOpinion("disagree", "=1+1"), "NODULE": ReaderOpinion(None, "Watch it.")}
    [row] = rows(card, WorklistRow("a.dcm", "aa", 0, answer(), opinions=opinions))
    assert [row[f"opinion {name}"] for name in ("EFFUSION", "NODULE", "NORMAL")] == ["disagree", "", ""]
    assert (row["opinion note EFFUSION"], row["opinion note NODULE"]) == ("'=1+1", "Watch it.")


def test_what_was_measured_is_one_cell(card):
    scale = ImageScale((0.5, 0.5), "detector", 1.0, False)
    length = Measurement("length", (((0.0, 0.0), (6.0, 8.0)),))
    one, none = rows(
        card,
        WorklistRow("a.dcm", "aa", 0, answer(), measurements=(length, length), scale=scale),
        WorklistRow("b.dcm", "bb", 0, answer()),
    )
    assert one["measurements"] == "Length 5.0 mm at the detector; Length 5.0 mm at the detector"
    assert none["measurements"] == ""
