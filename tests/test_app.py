"""The web server refuses to start with settings that exclude each other."""

import runpy

import pytest

from meddx.config import ROOT


def test_films_of_the_node_are_not_shown_by_a_server_that_de_identifies(monkeypatch, tmp_path):
    monkeypatch.setenv("MEDDX_NODE", str(tmp_path / "node.toml"))
    monkeypatch.setenv("MEDDX_DEIDENTIFY", "mask")
    monkeypatch.setenv("_MEDDX_DEIDENTIFY_KEY", "00" * 32)
    with pytest.raises(SystemExit, match="meddx does not start: MEDDX_NODE and MEDDX_DEIDENTIFY exclude each other"):
        runpy.run_path(str(ROOT / "app.py"))
