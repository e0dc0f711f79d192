"""Where settings come from, and that docs/settings.md names them all."""

import re
from pathlib import Path

import pytest

from meddx import cli, config

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
        for name in re.findall(
            r"""(?:environ(?:\.get\(|\[)|_whole_number\(|_one_of\()\s*["'](MEDDX_\w+)["']""",
            path.read_text(encoding="utf-8"),
        )
    }
    rows = re.findall(r"^\| `(MEDDX_\w+)`", SETTINGS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == read


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((f"MEDDX_MAX_{what}", value) for what in ("PIXELS", "UPLOAD_BYTES", "UNPACKED_BYTES", "UNPACKED_FILES")
          for value in ("1 GiB", "-1", "0", "1e9")),
        ("MEDDX_JOB_DAYS", "a month"), ("MEDDX_JOB_DAYS", "-1"), ("MEDDX_JOB_DAYS", "nan"), ("MEDDX_JOB_DAYS", "inf"),
        ("MEDDX_SIGN_IN", "Elsewhere"), ("MEDDX_RECORDS_DAYS", "a year"), ("MEDDX_RECORDS_IMAGES", "yes"),
        ("MEDDX_RECORDS_KEY_FILE", "/nowhere"), ("MEDDX_RUNTIME", "onnxruntime"),
    ],
)  # fmt: skip
def test_a_setting_without_meaning_is_named_in_one_sentence_before_anything_starts(name, value, monkeypatch, capsys):
    config.check_settings()
    monkeypatch.setenv(name, value)
    assert cli.main(["phantom", "--out", "/nowhere", "--n", "1", "--seed", "1"]) == 2
    assert capsys.readouterr().err.startswith(f"meddx phantom: {name} is {value!r}: ")


def test_records_lie_in_a_file_or_in_postgresql_and_nowhere_by_default(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    assert config.records_place() is None
    monkeypatch.setenv("MEDDX_RECORDS", "sqlite")
    assert config.records_place() == tmp_path / "records.sqlite"
    monkeypatch.setenv("MEDDX_RECORDS", "kept/here.db")
    assert config.records_place() == Path("kept/here.db")
    monkeypatch.setenv("MEDDX_RECORDS", "postgresql://meddx:secret@db/records")
    assert config.records_place() == "postgresql+psycopg://meddx:secret@db/records"


def test_no_secret_is_told_and_none_is_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_RECORDS", "postgresql://meddx:secret@db/records")
    monkeypatch.setenv("MEDDX_RECORDS_KEY", "a-secret-key another-secret")
    assert config.records_keys() == ("a-secret-key", "another-secret")
    given = config.settings_given()
    assert given["MEDDX_RECORDS"] == "postgresql://(set)"
    assert "secret" not in str(given)
    for name, value in (("MEDDX_RECORDS_KEY_FILE", str(tmp_path)), ("MEDDX_RECORDS", "mysql://me:secret@db")):
        monkeypatch.setenv(name, value)
        with pytest.raises(ValueError, match=name) as error:
            config.check_settings()
        assert "secret" not in str(error.value)
