"""What the survey of given images found, in sentences."""

from pages.ui.evaluate.labelled_images.class_mapping_step import GivenSet, set_remarks, set_summary


def test_the_summary_counts_images_and_classes():
    assert set_summary({"images": 1200, "classes": {"a": 1}}) == (
        "1,200 images of 1 class. Choose the model's label for each class."
    )
    assert set_summary({"images": 2, "classes": {}}) == "2 images."


def test_only_what_is_skipped_is_remarked():
    assert set_remarks({"no_image": 0, "missing": 3, "unlabelled": 0}) == ["Skipped rows whose file is missing: 3."]


def test_jobs_know_uploads_and_folders_by_different_arguments():
    assert GivenSet("upload", "x").arguments == {"upload": "x"}
    assert GivenSet("folder", "x").arguments == {"folder_of_images": "x"}
