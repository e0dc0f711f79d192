"""What a script run may do follows from who is signed in."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from meddx.accounts.sign_ins import SignIns
from meddx.config import ROOT
from pages.ui.sign_in import current_account
from tests.patience import SECONDS


def test_without_accounts_everybody_may_do_everything_and_sees_all(signed_in):
    assert current_account.current_account() is None
    assert current_account.may("admin")
    assert current_account.owner() == ""
    assert current_account.owned_by(None, "")
    assert current_account.owned_by(None, "ana")


def test_an_account_may_what_its_role_says_and_sees_its_own(signed_in):
    signed_in("ana", "evaluator")
    assert [current_account.may(role) for role in ("reader", "evaluator", "admin")] == [True, True, False]
    assert current_account.owner() == "ana"
    assert [owned_by(name) for name in ("ana", "ben", "")] == [True, False, False]
    signed_in("root", "admin")
    assert [owned_by(name) for name in ("root", "ana", "")] == [True, False, True]


def owned_by(name):
    return current_account.owned_by(current_account.current_account(), name)


def script():
    import streamlit as st

    from pages.ui.sign_in import current_account

    current_account.begin_session()
    st.text(st.session_state.setdefault("image", current_account.owner()))


def test_the_next_account_in_a_browser_finds_nothing_of_the_one_before(signed_in):
    signed_in("ana", "reader")
    page = AppTest.from_function(script, default_timeout=SECONDS).run()
    assert [text.value for text in page.text] == ["ana"]
    assert "Sign out" in page.sidebar.get("html")[0].proto.body
    assert [text.value for text in page.run().text] == ["ana"]
    signed_in("ben", "reader")
    assert [text.value for text in page.run().text] == ["ben"]


def test_nothing_is_drawn_after_the_sign_in_has_ended(signed_in):
    token = signed_in("ana", "reader")
    SignIns().end(token)
    page = AppTest.from_function(script, default_timeout=SECONDS).run()
    assert not page.text
    assert not page.exception


def test_outside_of_a_script_nobody_is_let_in_as_if_there_were_no_accounts(signed_in, monkeypatch):
    with pytest.raises(RuntimeError, match="no script runs"):
        current_account.share()
    signed_in("ana", "reader")
    monkeypatch.setattr(type(st.context), "cookies", {})
    for ask in (current_account.current_account, current_account.owner, current_account.share):
        with pytest.raises(RuntimeError, match="no script runs"):
            ask()


def test_the_pages_are_those_of_the_role(signed_in, untrained_models, monkeypatch, engine):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    offered = []
    monkeypatch.setattr(st, "navigation", lambda pages: offered.append([page.title for page in pages]) or pages[0])
    for name, role in (("ana", "reader"), ("ben", "evaluator"), ("root", "admin")):
        signed_in(name, role)
        page = AppTest.from_file(str(ROOT / "pages" / "navigation.py"), default_timeout=SECONDS).run()
        assert page.exception or offered  # the page itself is not what is asked here
    assert [("Evaluate" in titles, "Add model" in titles) for titles in offered] == [
        (False, False), (True, False), (True, True),
    ]  # fmt: skip
