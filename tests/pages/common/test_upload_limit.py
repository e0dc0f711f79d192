import re

from meddx.config import ROOT
from pages.ui.common.session import Session
from pages.ui.common.upload_limit import max_upload_mb, upload_limit_sentence


def test_one_limit_is_said_everywhere(monkeypatch):
    monkeypatch.setenv("MEDDX_MAX_UPLOAD_BYTES", str(3 << 20))
    assert (max_upload_mb(), upload_limit_sentence()) == (3, "At most 3 MB can be uploaded at a time.")
    refused = Session().add("large", bytes((3 << 20) + 1)).rejected
    assert refused.reason.startswith(upload_limit_sentence())


def test_no_second_limit_is_set_beside_it():
    assert not re.search(r"^maxUploadSize", (ROOT / ".streamlit" / "config.toml").read_text(), re.MULTILINE)
