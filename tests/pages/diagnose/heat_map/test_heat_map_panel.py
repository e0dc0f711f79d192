"""The heat map in Diagnose while it is computed, cancelled or failed, with an engine that does no work."""

from dataclasses import replace

from meddx.types import JobStatus
from tests.pages.diagnose.heat_map.test_method_picker import button, choose
from tests.pages.fake import explanation
from tests.pages.test_diagnose import upload, words


def test_a_slow_method_runs_as_a_job_and_its_maps_are_kept(page, engine):
    page = choose(upload(page, ("a.dcm", b"image")), "occlusion")
    [(kind, arguments)] = engine.started
    model, _, fingerprint = arguments.pop("model").partition(":")
    assert model == "untrained"
    assert fingerprint  # of the card, so that no other version answers
    assert (kind, arguments) == ("explain", {"data": b"image", "method": "occlusion", "frame": 0})
    assert button(page, "Cancel")
    [id] = engine.statuses
    engine.statuses[id] = replace(engine.statuses[id], state="done", result=explanation("occlusion", [[0.25, -0.5]]))
    page = page.run()
    assert "Striped areas are evidence against it." in words(page)
    assert button(page, "Cancel") is None
    page = choose(choose(page, "grad-cam"), "occlusion")
    assert len(engine.started) == 1


def test_a_cancelled_map_is_computed_only_when_asked_for(page, engine):
    page = choose(upload(page, ("a.dcm", b"image")), "rise")
    page = button(page, "Cancel").click().run()
    assert [job.state for job in engine.statuses.values()] == ["cancelled"]
    page = page.run()
    assert len(engine.started) == 1
    button(page, "Compute RISE").click().run()
    assert len(engine.started) == 2


def test_a_reader_who_turns_to_another_slow_map_cancels_the_first(page, engine):
    page = choose(choose(upload(page, ("a.dcm", b"image")), "rise"), "occlusion")
    assert [job.state for job in engine.statuses.values()] == ["cancelled", "waiting"]


def test_a_map_that_failed_says_why(page, engine):
    page = choose(upload(page, ("a.dcm", b"image")), "rise")
    [id] = engine.statuses
    engine.statuses[id] = JobStatus(id, "explain", "failed", message="The job ran out of memory.")
    page = page.run()
    assert "The job ran out of memory." in words(page)
    assert button(page, "Compute RISE")


def test_a_quick_map_that_failed_says_why(page, engine):
    page = upload(page, ("a.dcm", b"image"))
    engine.fails = 1
    page = choose(page, "hires-cam")
    assert "The engine stopped while answering." in words(page)
    page = button(page, "Compute HiResCAM").click().run()
    assert "The map shows which areas matter for Effusion" in words(page)
