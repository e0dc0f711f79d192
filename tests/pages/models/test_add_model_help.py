"""How to add a model, and folders that cannot be used."""

import pytest
from streamlit.testing.v1 import AppTest

from meddx.cli import main
from pages.ui.models.add_model_help import COMMAND_EXAMPLES, FOLDER_EXAMPLE
from tests.patience import SECONDS


def page():
    import streamlit as st

    from pages.ui.models.add_model_help import render_add_model_help, render_refused_folders

    render_refused_folders(st.session_state["reasons"])
    render_add_model_help()


def drawn(reasons):
    opened = AppTest.from_function(page, default_timeout=SECONDS)
    opened.session_state["reasons"] = reasons
    opened.run()
    assert not opened.exception
    return opened


def test_each_folder_that_cannot_be_used_has_its_reason_and_is_escaped():
    opened = drawn({"<b>mine": "card.toml is missing", "other": "wrong hash"})
    assert [one.value for one in opened.header] == ["Folders that cannot be used"]
    boxes = [one.proto.body for one in opened.get("html")]
    assert len(boxes) == 2
    assert "<h2>&lt;b&gt;mine</h2><p>card.toml is missing</p>" in boxes[0]


def test_the_help_is_there_without_such_folders():
    opened = drawn({})
    assert len(opened.header) == 0
    assert [one.value for one in opened.code] == [FOLDER_EXAMPLE, COMMAND_EXAMPLES]


def test_the_commands_of_the_help_exist(capsys):
    for line in COMMAND_EXAMPLES.splitlines():
        command = line.removeprefix("python -m meddx ").split()[0]
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0, line
        assert f"meddx {command}" in capsys.readouterr().out
