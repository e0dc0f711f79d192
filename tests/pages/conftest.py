"""The pages with a fake engine behind them."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from meddx.accounts.accounts import Accounts
from meddx.accounts.sign_ins import SignIns
from meddx.config import ROOT
from meddx.engine import local
from meddx.model.card import read_card
from pages.ui.sign_in import current_account
from pages.ui.sign_in.addresses import COOKIE
from tests.accounts.test_accounts import PASSWORD
from tests.pages.fake import FakeEngine
from tests.patience import SECONDS


@pytest.fixture
def engine(monkeypatch):
    fake = FakeEngine()
    monkeypatch.setattr(local, "engine", lambda: fake)
    monkeypatch.setattr(current_account, "share", lambda: "who asks")  # outside of a script there is nobody
    return fake


@pytest.fixture(scope="session")
def card(untrained_models):
    """Labels NORMAL, EFFUSION and NODULE, thresholds 0.5."""
    return read_card(untrained_models / "untrained" / "card.toml")


@pytest.fixture
def navigation(engine, untrained_models, monkeypatch):
    """Run the navigation and return the titles of the pages that it names."""
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    shown, original = [], st.navigation
    monkeypatch.setattr(st, "navigation", lambda pages: shown.append([one.title for one in pages]) or original(pages))
    page = AppTest.from_file(str(ROOT / "pages" / "navigation.py"), default_timeout=SECONDS)

    def titles():
        page.run()
        return shown[-1]

    return titles


@pytest.fixture
def signed_in(tmp_path, monkeypatch):
    """Sign an account in, made with that role."""
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))

    def sign_in(name, role):
        token = SignIns().start(Accounts().add(name, role, PASSWORD))
        monkeypatch.setattr(type(st.context), "cookies", {COOKIE: token})
        return token

    return sign_in
