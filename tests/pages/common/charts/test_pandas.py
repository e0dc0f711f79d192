"""Plotly takes pandas from sys.modules, whole or not, while Streamlit imports it on another thread."""

import subprocess
import sys

import pytest

from meddx.config import ROOT


@pytest.mark.parametrize("page", ["pages.ui.common.charts.style", "pages.ui.models.training_curve"])
def test_pandas_is_imported_before_a_page_can_draw_a_figure(page):
    code = f"import sys, {page}; assert hasattr(sys.modules['pandas'], 'Series')"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
