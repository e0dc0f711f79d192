"""Which step is drawn, as the address says."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.evaluate.labelled_images import class_mapping_step, evaluation_list, evaluation_progress, upload_step
from tests.patience import SECONDS


def page():
    import streamlit as st

    from pages.ui.evaluate.labelled_images.labelled_images_source import labelled_images_source

    st.write(repr(labelled_images_source(None)))


@pytest.fixture
def opened(untrained_models, monkeypatch):
    """The page at an address; returns it and the steps drawn."""
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    seen = []

    def note(module, name, answer=None):
        def step(*arguments):
            seen.append((name, *arguments))
            return answer

        monkeypatch.setattr(module, name, step)

    note(evaluation_progress, "render_evaluation", "the system")
    note(class_mapping_step, "render_class_mapping_step")
    note(upload_step, "render_upload_step")
    note(evaluation_list, "render_evaluation_list")

    def run(**address):
        script = AppTest.from_function(page, default_timeout=SECONDS)
        for name, value in address.items():
            script.query_params[name] = value
        script.run()
        assert not script.exception
        return script, seen

    return run


def test_an_evaluation_brings_its_own_model_and_its_system(opened):
    script, seen = opened(job="j1")
    assert (seen, script.markdown[0].value) == ([("render_evaluation", "j1")], "'the system'")
    assert len(script.radio) == 0


@pytest.mark.parametrize("kind", ["upload", "folder"])
def test_given_images_are_mapped_to_the_labels_of_the_chosen_model(opened, kind):
    script, [(name, given, card)] = opened(model="untrained-multi", **{kind: "x"})
    assert (name, given, card.id) == (
        "render_class_mapping_step",
        class_mapping_step.GivenSet(kind, "x"),
        "untrained-multi",
    )
    assert script.markdown[0].value == "None"


def test_at_the_beginning_images_are_asked_for_and_evaluations_listed(opened):
    assert opened()[1] == [("render_upload_step",), ("render_evaluation_list",)]


@pytest.mark.parametrize("address", [{}, {"upload": "x"}])
def test_without_a_model_only_that_is_said(opened, monkeypatch, tmp_path, address):
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    script, seen = opened(**address)
    assert script.header[0].value == "No model is installed"
    assert seen == []
