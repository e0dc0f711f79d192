"""Where settings come from, and that docs/settings.md names them all."""

import re

from meddx import config

SETTINGS = config.ROOT / "docs" / "settings.md"


def test_models_are_looked_for_where_named_then_beside_the_package_then_in_the_current_folder(tmp_path, monkeypatch):
    package, here, named = tmp_path / "package", tmp_path / "here", tmp_path / "named"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(config, "ROOT", package)
    monkeypatch.delenv("MEDDX_MODELS", raising=False)
    assert config.models_dir() == here / "models"
    (package / "models").mkdir(parents=True)
    assert config.models_dir() == package / "models"
    monkeypatch.setenv("MEDDX_MODELS", str(named))
    assert config.models_dir() == named


def test_the_table_of_settings_has_every_variable_that_the_code_reads_and_no_other():
    sources = [config.ROOT / "app.py", *(config.ROOT / "meddx").rglob("*.py"), *(config.ROOT / "pages").rglob("*.py")]
    read = {
        name
        for path in sources
        for name in re.findall(r"""environ(?:\.get\(|\[)\s*["'](MEDDX_\w+)["']""", path.read_text(encoding="utf-8"))
    }
    rows = re.findall(r"^\| `(MEDDX_\w+)`", SETTINGS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == read
