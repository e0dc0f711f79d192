"""Settings of a sign-in provider: what has no meaning is named, and no secret is told."""

import pytest

from meddx import config
from meddx.oidc_settings import is_safe_address, oidc_client_secret, oidc_settings

GIVEN = {
    "MEDDX_OIDC_ISSUER": "https://login.hospital.example/realms/main",
    "MEDDX_OIDC_CLIENT_ID": "meddx",
    "MEDDX_OIDC_CLIENT_SECRET": "a secret",
    "MEDDX_OIDC_ADDRESS": "https://meddx.hospital.example/",
    "MEDDX_OIDC_READERS": "cn=ward 3,ou=groups; radiology ;",
}


@pytest.fixture
def given(monkeypatch):
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_without_a_provider_nothing_is_asked_for():
    assert oidc_settings() is None
    assert oidc_client_secret() == ""


def test_groups_are_separated_by_semicolons_and_the_rest_has_defaults(given):
    settings = oidc_settings()
    assert settings.readers == {"cn=ward 3,ou=groups", "radiology"}
    assert settings.evaluators == settings.admins == frozenset()
    assert settings.address == "https://meddx.hospital.example"
    assert settings.host == "login.hospital.example"
    assert (settings.groups_claim, settings.name_claim) == ("groups", "preferred_username")
    config.check_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ISSUER", "http://login.hospital.example"), ("ISSUER", "login.hospital.example"), ("ISSUER", "https://"),
        ("ISSUER", "https://[::"), ("ISSUER", "https://login.example/?a=b"), ("ISSUER", "https://me:pw@login.example"),
        ("ADDRESS", ""), ("ADDRESS", "http://meddx.hospital.example"), ("ADDRESS", "https://meddx.example/reading"),
        ("CLIENT_ID", ""), ("READERS", " ; "), ("SCOPES", "profile"), ("CLIENT_SECRET", ""),
        ("CLIENT_SECRET_FILE", "/nowhere"),
    ],
)  # fmt: skip
def test_a_setting_without_meaning_is_named_in_one_sentence(given, name, value):
    given.setenv(f"MEDDX_OIDC_{name}", value)
    if name == "CLIENT_SECRET_FILE":
        given.delenv("MEDDX_OIDC_CLIENT_SECRET")
    with pytest.raises(ValueError, match=f"^MEDDX_OIDC_{name} is '") as error:
        config.check_settings()
    assert "a secret" not in str(error.value)


def test_the_secret_comes_from_the_environment_or_a_file_and_is_not_told(given, tmp_path):
    assert oidc_client_secret() == "a secret"
    assert config.settings_given()["MEDDX_OIDC_CLIENT_SECRET"] == "(set)"
    file = tmp_path / "secret"
    file.write_text("another secret\n", encoding="utf-8")
    given.setenv("MEDDX_OIDC_CLIENT_SECRET_FILE", str(file))
    with pytest.raises(ValueError, match="beside MEDDX_OIDC_CLIENT_SECRET_FILE"):
        config.check_settings()
    given.delenv("MEDDX_OIDC_CLIENT_SECRET")
    assert oidc_client_secret() == "another secret"


def test_a_provider_and_a_proxy_do_not_both_sign_people_in(given):
    given.setenv("MEDDX_SIGN_IN", "elsewhere")
    with pytest.raises(ValueError, match="MEDDX_SIGN_IN is 'elsewhere' beside MEDDX_OIDC_ISSUER"):
        config.check_settings()


def test_plain_http_is_for_this_computer_alone():
    assert all(
        map(is_safe_address, ["https://a.example", "http://127.0.0.1:9400", "http://localhost/x", "http://[::1]"])
    )
    assert not any(map(is_safe_address, ["http://10.0.0.1", "http://localhost.example", "ftp://localhost", "", None]))
    assert not any(map(is_safe_address, ["https://me@a.example", "https://:pw@a.example", "https://a.example?b=c"]))
    assert is_safe_address("https://a.example?b=c", query=True)
    assert not is_safe_address("https://:pw@a.example?b=c", query=True)


@pytest.mark.parametrize("name", ["ISSUER", "ADDRESS"])
def test_a_password_in_an_address_is_not_repeated(given, name):
    given.setenv(f"MEDDX_OIDC_{name}", "https://me:Zebe/dee@login.example")
    with pytest.raises(ValueError, match=f"MEDDX_OIDC_{name}") as refused:
        oidc_settings()
    assert "Zebe" not in str(refused.value)
    assert "login.example" in str(refused.value)
