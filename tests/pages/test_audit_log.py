"""The page on which an administrator filters the audit log."""

import pytest
from streamlit.testing.v1 import AppTest

from meddx.audit.record import audit_log, record
from meddx.config import ROOT
from tests.pages.chinese import english_left, in_chinese
from tests.pages.test_evaluate_labelled_images import button, run, words
from tests.patience import SECONDS

PAGE = str(ROOT / "pages" / "audit_log.py")


@pytest.fixture
def page(signed_in):
    signed_in("root", "admin")
    record("sign-in", "refused", detail="no account", address="10.0.0.9")
    record("view", who="ana", data=b"a film")
    record("export", who="<b>ben</b>", subject="Report (PDF)")
    return run(AppTest.from_file(PAGE, default_timeout=SECONDS))


def test_entries_are_listed_the_newest_first_and_reading_them_is_one(page):
    assert "4 entries, the newest first" in words(page)
    assert words(page).index("audit-read") < words(page).index("Report (PDF)") < words(page).index("10.0.0.9")
    assert "<b>ben" not in words(page)
    run(page)
    assert [entry.event for entry in audit_log().entries()].count("audit-read") == 1


def test_a_filter_leaves_the_others_out_and_is_told(page):
    next(box for box in page.selectbox if box.label == "Who").set_value("ana")
    run(page)
    assert "1 entry, the newest first" in words(page)
    assert "10.0.0.9" not in words(page)
    assert list(audit_log().entries())[-1].detail == "who ana"


def test_the_log_is_verified_on_the_page(page):
    button(page, "Verify").click()
    assert "none removed or changed" in words(run(page))
    log = audit_log()
    log.path.write_bytes(log.path.read_bytes().replace(b"10.0.0.9", b"10.0.0.8"))
    button(page, "Verify").click()
    assert "was changed" in words(run(page))


def test_it_is_for_admins(page, signed_in):
    signed_in("ana", "evaluator")
    assert "10.0.0.9" not in words(run(page))
    assert "not for this account" in words(page)


def test_in_chinese_no_sentence_is_english_but_the_log_s_own(page):
    in_chinese(page)
    assert english_left(page) == []
    button(page, "核验日志").click()
    assert "没有删除或修改" in words(run(page))
    assert english_left(page) == []
