"""Against a real provider: who signs in there is known here, and no answer is believed that is not meant for here."""

import base64
import hashlib
import time
from dataclasses import replace

import pytest

from meddx import optional_packages
from meddx.accounts import provider as module
from meddx.accounts.attempts import Attempt
from meddx.accounts.identities import Identity
from meddx.accounts.provider import Provider, require_oidc_packages
from meddx.errors import Refused
from meddx.oidc_settings import oidc_settings
from tests.oidc_provider import CLIENT, SECRET, providing, query

BACK = "http://localhost:8501/sign-in/provider/answer"


@pytest.fixture(scope="module")
def running():
    with providing() as provider:
        provider.knows("sub-of-ana", preferred_username="Ana", groups=["radiology", "chess"])
        yield provider


@pytest.fixture
def settings(running, monkeypatch):
    for name, value in running.environment("http://localhost:8501").items():
        monkeypatch.setenv(name, value)
    return oidc_settings()


@pytest.fixture
def provider(settings):
    return Provider(settings, BACK)


def code_for(running, provider, attempt):
    address = provider.address_to_sign_in(attempt)
    answer = query(running.sends_back(address, "sub-of-ana"))
    assert answer["state"] == attempt.state
    return answer["code"]


def signed_in(running, provider, attempt=None):
    attempt = attempt or Attempt("")
    return provider.identity(attempt, code_for(running, provider, attempt))


def rule(running, provider, attempt=None):
    with pytest.raises(Refused) as caught:
        signed_in(running, provider, attempt)
    return caught.value.rule


def test_who_has_signed_in_there_is_known_here(running, provider):
    ana = Identity(running.url, "sub-of-ana", "Ana", frozenset({"radiology", "chess"}))
    assert signed_in(running, provider) == ana


def test_the_code_is_asked_for_and_redeemed_as_the_standards_say(running, provider):
    attempt = Attempt("")
    asked = query(provider.address_to_sign_in(attempt))
    assert asked["redirect_uri"] == BACK
    assert asked["nonce"] == attempt.nonce
    assert asked["scope"] == "openid profile"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (challenge, "S256")
    signed_in(running, provider, attempt)
    sent = running.asked()
    assert sent["form"]["code_verifier"] == attempt.verifier
    assert sent["form"]["redirect_uri"] == BACK
    assert base64.b64decode(sent["authorization"].removeprefix("Basic ")).decode() == f"{CLIENT}:{SECRET}"


def test_a_code_counts_once(running, provider):
    attempt = Attempt("")
    code = code_for(running, provider, attempt)
    provider.identity(attempt, code)
    with pytest.raises(Refused) as caught:
        provider.identity(attempt, code)
    assert caught.value.rule == "provider-refused"
    assert "begin again" in caught.value.reason


@pytest.mark.parametrize(
    "lie",
    [
        {"forged": True}, {"alg": "none"}, {"alg": "HS256"},
        {"claims": {"iss": "https://another.example"}}, {"claims": {"iss": None}},
        {"claims": {"aud": "another client"}}, {"claims": {"aud": ["another client"]}}, {"claims": {"aud": None}},
        {"claims": {"aud": [CLIENT, "another client"]}}, {"claims": {"aud": CLIENT, "azp": "another client"}},
        {"claims": {"exp": 1_000_000_000}}, {"claims": {"exp": None}}, {"claims": {"exp": "never"}},
        {"claims": {"iat": 4_000_000_000}}, {"claims": {"iat": None}},
        {"claims": {"nonce": "of another sign-in"}}, {"claims": {"nonce": None}},
        {"claims": {"sub": None}}, {"claims": {"sub": ""}}, {"claims": {"sub": 7}},
    ],
    ids=str,
)  # fmt: skip
def test_no_id_token_is_believed_that_is_not_meant_for_this_sign_in(running, provider, lie):
    running.tells(**lie)
    assert rule(running, provider) == "id-token"


def test_an_id_token_for_several_that_names_this_client_is_believed(running, provider):
    running.tells(claims={"aud": [CLIENT, "another client"], "azp": CLIENT})
    assert signed_in(running, provider).subject == "sub-of-ana"


def test_clocks_may_differ_by_a_minute_and_no_more(running, settings):
    def shifted(by):
        return Provider(settings, BACK, clock=lambda: time.time() + by)

    assert signed_in(running, shifted(-30)).subject == "sub-of-ana"
    assert rule(running, shifted(-300)) == "id-token"
    assert signed_in(running, shifted(3600 + 30)).subject == "sub-of-ana"
    assert rule(running, shifted(3600 + 300)) == "id-token"


def test_claims_that_the_id_token_lacks_are_asked_for(running, provider):
    running.tells(claims={"groups": None, "preferred_username": None})
    assert signed_in(running, provider) == Identity(running.url, "sub-of-ana", "Ana", frozenset({"radiology", "chess"}))


def test_claims_of_another_person_are_not_taken(running, provider):
    running.tells(claims={"groups": None, "sub": "sub-of-another"})
    assert rule(running, provider) == "id-token"


@pytest.mark.parametrize(
    ("groups", "taken"), [("research", {"research"}), (7, set()), ({"a": 1}, set()), (["a", 7], {"a"})]
)
def test_groups_are_a_list_or_one_text(running, provider, groups, taken):
    running.tells(claims={"groups": groups})
    assert signed_in(running, provider).groups == taken


def test_a_provider_that_does_not_answer_is_named_in_one_sentence(settings, monkeypatch):
    nobody = replace(settings, issuer="http://127.0.0.1:9")
    with pytest.raises(Refused, match="does not answer") as caught:
        Provider(nobody, BACK).address_to_sign_in(Attempt(""))
    assert caught.value.rule == "provider-down"
    assert Provider(nobody, BACK).address_to_sign_out("http://localhost:8501/sign-in") == ""


def test_a_provider_under_another_name_is_not_believed(running, settings):
    other = replace(settings, issuer=running.url.replace("127.0.0.1", "localhost") + "/")
    with pytest.raises(Refused, match="does not call itself so"):
        Provider(other, BACK).address_to_sign_in(Attempt(""))


def test_a_query_in_an_address_of_the_provider_is_kept(running, provider, monkeypatch):
    stated = module._json

    def with_policy(session, address, **options):
        found = stated(session, address, **options)
        return found | {name: f"{found[name]}?p=staff" for name in ("authorization_endpoint", "end_session_endpoint")}

    monkeypatch.setattr(module, "_json", with_policy)  # RFC 6749, 3.1: such a query must be retained
    attempt = Attempt("")
    asked = query(provider.address_to_sign_in(attempt))
    assert (asked["p"], asked["state"]) == ("staff", attempt.state)
    assert query(provider.address_to_sign_out("http://localhost:8501/sign-in"))["p"] == "staff"


def test_its_own_sign_in_ends_at_the_provider(running, provider):
    address = provider.address_to_sign_out("http://localhost:8501/sign-in")
    assert address.startswith(f"{running.url}/oauth2/end_session?")
    assert query(address) == {"client_id": CLIENT, "post_logout_redirect_uri": "http://localhost:8501/sign-in"}


def test_missing_packages_are_named(monkeypatch):
    require_oidc_packages()
    monkeypatch.setattr(optional_packages, "find_spec", lambda name: None if name == "authlib" else object())
    with pytest.raises(Refused, match=r"Authlib.*requirements-oidc\.txt"):
        require_oidc_packages()
