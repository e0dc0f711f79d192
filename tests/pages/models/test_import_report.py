"""The import report in words."""

from meddx.install.import_report import ImportCheck, ImportReport
from pages.ui.models.import_report import checks_table, used_images

REPORT = ImportReport("m", "1.0.0", "0" * 64, 9, "keras", "3.15.1", (), ())


def test_without_images_it_says_so():
    assert "not calibrated and not tested here" in used_images(REPORT)


def test_images_are_counted_by_what_they_were_used_for():
    report = ImportReport(
        "m", "1.0.0", "0" * 64, 9, "keras", "3.15.1", (), (), set_name="ward 3", images=10, patients=7, calibration=6,
        test=4, refused={"not-an-image": 2},
    )  # fmt: skip
    said = used_images(report)
    assert "on 6 and tested on 4 images of ward 3, 7 patients" in said
    assert "2 images could not be used" in said


def test_what_failed_comes_first_and_text_is_escaped():
    checks = (ImportCheck("a", "Fine", "passed", "ok"), ImportCheck("b", "Wrong", "failed", "<b> is swapped"))
    table = checks_table(checks)
    assert table.index("Wrong") < table.index("Fine")
    assert "&lt;b&gt; is swapped" in table
