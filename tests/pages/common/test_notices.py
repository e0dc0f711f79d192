import pytest
from streamlit.testing.v1 import AppTest

from meddx.types import EngineStatus
from pages.ui.common import engine_state
from tests.patience import SECONDS


def html(page):
    return " ".join(element.proto.body for element in page.get("html"))


def test_a_notice_escapes_its_title_and_text():
    def script():
        from pages.ui.common import notices

        notices.render_notice("error", "A < B", "<script>")

    assert html(AppTest.from_function(script, default_timeout=SECONDS).run()) == (
        '<div class="panel error" role="status"><h2>A &lt; B</h2><p>&lt;script&gt;</p></div>'
    )


def test_the_welcome_escapes_the_title_of_the_model():
    def script():
        from pages.ui.common import notices

        notices.render_welcome("<b>")

    assert "&lt;b&gt; will read it" in html(AppTest.from_function(script, default_timeout=SECONDS).run())


def test_a_refusal_says_whether_the_file_or_the_model_is_at_fault():
    def script():
        from meddx.types import Refusal
        from pages.ui.common import notices

        notices.render_refusal(Refusal("rule", "No pixels."), readable=False)
        notices.render_refusal(Refusal("rule", "A CT."), readable=True)

    file, model = (
        element.proto.body for element in AppTest.from_function(script, default_timeout=SECONDS).run().get("html")
    )
    assert "This file cannot be read" in file
    assert "No pixels." in file
    assert "This model does not accept this image" in model
    assert "A CT." in model


@pytest.mark.parametrize(
    ("state", "message"),
    [("starting", "The analysis engine is starting"), ("warming", "The model is loading"), ("ready", "is reading")],
)
def test_waiting_says_what_the_engine_does(monkeypatch, state, message):
    def script():
        from pages.ui.common import notices

        notices.render_waiting()

    monkeypatch.setattr(engine_state, "current_state", lambda: state)
    assert message in html(AppTest.from_function(script, default_timeout=SECONDS).run())


@pytest.mark.parametrize(("state", "lines"), [("starting", 1), ("warming", 1), ("ready", 0)])
def test_the_engine_line_goes_once_the_models_are_loaded(monkeypatch, state, lines):
    def script():
        from pages.ui.common import notices

        notices.render_engine_state(["model"])

    monkeypatch.setattr(engine_state, "latest", lambda: EngineStatus(state))
    assert (
        html(AppTest.from_function(script, default_timeout=SECONDS).run()).count("You can already add images.") == lines
    )


def test_without_models_every_unusable_folder_is_named():
    def script():
        from pages.ui.common import notices

        notices.render_no_models({"a": "a: no card.toml.", "b": "b: broken weights."})

    page = AppTest.from_function(script, default_timeout=SECONDS).run()
    assert page.header[0].value == "No model is installed"
    assert [warning.value for warning in page.warning] == ["a: no card.toml.", "b: broken weights."]
