"""The account of the session whose script runs."""

import hashlib
from collections.abc import Mapping

import streamlit as st

from meddx.accounts.accounts import Account, Role, sign_in_needed
from meddx.accounts.sign_ins import SignIns
from meddx.errors import Refused
from pages.ui.common.base_path import base_path
from pages.ui.common.browser_cookie import browser_token
from pages.ui.common.language.language import N_, _
from pages.ui.common.tabs import this_tab
from pages.ui.sign_in.addresses import COOKIE, token_of

_ROLE_NAMES: dict[Role, str] = {"reader": N_("reader"), "evaluator": N_("evaluator"), "admin": N_("admin")}
_NAME_KEY = "signed-in-name"
_NO_SCRIPT = "no script runs on this thread, so nobody is known who asks: use account_engine.on_behalf_of"


def current_account() -> Account | None:
    """Return who is signed in; None where there are no accounts, and everybody who gets in may do everything.

    Raises RuntimeError outside of a script, where there are accounts.
    """
    if not sign_in_needed():
        return None
    account = SignIns().account(st.context.cookies.get(COOKIE), used=False)
    if account is None:  # it has ended since the websocket was opened
        if not this_tab():
            raise RuntimeError(_NO_SCRIPT)  # st.stop does nothing there, and None would let everybody in
        st.stop()
    return account


def account_of(headers: Mapping[str, str]) -> Account | None:
    """Return who sends a request that the gate has let through; None where there are no accounts."""
    return SignIns().account(token_of(headers), used=False) if sign_in_needed() else None


def owner_of(headers: Mapping[str, str]) -> str:
    """Return the name of who sends a request that the gate has let through, as `owner` gives it for a script."""
    account = account_of(headers)
    return account.name if account else ""


def may(role: Role) -> bool:
    """Return whether the session may do what that role may."""
    account = current_account()
    return account is None or account.may(role)


def not_allowed(role: Role, account: Account) -> Refused:
    """Return the refusal of what takes another role than the account's."""
    return Refused("not-allowed", f"This takes the role {role}; {account.name!r} is {account.role}.")


def role_name(role: Role) -> str:
    """Return what pages call a role."""
    return _(_ROLE_NAMES.get(role, role))


def owner() -> str:
    """Return the name to keep with what the session stores, "" where there are no accounts."""
    account = current_account()
    return account.name if account else ""


def share() -> str:
    """Return who has a share of the engine: the account; else the browser, without its secret; else the tab.

    Raises RuntimeError outside of a script.
    """
    if name := owner():
        return f"account {name}"
    if token := browser_token():
        return f"browser {hashlib.sha256(token.encode()).hexdigest()[:16]}"
    if tab := this_tab():
        return f"tab {tab}"
    raise RuntimeError(_NO_SCRIPT)


def owned_by(account: Account | None, name: str) -> bool:
    """Return whether what was stored under that name is the account's; what was stored under none is an admin's."""
    return account is None or account.name == name or (not name and account.may("admin"))


def begin_session() -> None:
    """Forget the session's state where another account has signed in since, and draw who is signed in."""
    account = current_account()
    name = account.name if account else ""
    if st.session_state.get(_NAME_KEY, name) != name:
        st.session_state.clear()
    st.session_state[_NAME_KEY] = name
    if account:
        who = _("{name}, {role}.").format(name=account.name, role=role_name(account.role))
        out = _("Sign out")
        st.sidebar.html(f'<p class="signed-in">{who} <a href="{base_path()}/sign-out" target="_self">{out}</a></p>')
