"""A real OpenID Connect provider, oidc-provider-mock, in a process of its own, that can be told to lie.

python -m tests.oidc_provider PORT
"""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.browser.server import free_port
from tests.patience import SECONDS

CLIENT, SECRET = "meddx", "the secret of meddx"


@dataclass
class RunningProvider:
    """Where it runs, and what a test may do with it."""

    url: str
    process: subprocess.Popen

    def knows(self, subject, **claims):
        """Have it know a person; claims: name and groups, among others."""
        httpx.put(f"{self.url}/users/{subject}", json=claims).raise_for_status()

    def tells(self, **lie):
        """Have the next ID token differ: claims= replaces some, forged= takes another key, alg= another signature."""
        httpx.post(f"{self.url}/tests/lie", json=lie).raise_for_status()

    def asked(self):
        """What it was sent last for a code: form and headers."""
        return httpx.get(f"{self.url}/tests/asked").json()

    def sends_back(self, address, subject):
        """The address that a browser is sent back to once that person has signed in at `address`."""
        assert "Authorize" in httpx.get(address).text
        answer = httpx.post(address, data={"sub": subject})
        assert answer.status_code == 302
        return answer.headers["location"]

    def environment(self, address):
        """Settings of meddx for it; address: of meddx."""
        return {
            "MEDDX_OIDC_ISSUER": self.url,
            "MEDDX_OIDC_CLIENT_ID": CLIENT,
            "MEDDX_OIDC_CLIENT_SECRET": SECRET,
            "MEDDX_OIDC_ADDRESS": address,
            "MEDDX_OIDC_READERS": "radiology; cn=ward 3,ou=groups",
            "MEDDX_OIDC_EVALUATORS": "research",
            "MEDDX_OIDC_ADMINS": "meddx-admins",
        }


def query(address):
    """The parameters of an address."""
    return {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}


@contextmanager
def providing():
    """Run the provider on a free port."""
    port = free_port()
    environment = os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1"}
    process = subprocess.Popen([sys.executable, "-m", "tests.oidc_provider", str(port)], env=environment)
    provider = RunningProvider(f"http://127.0.0.1:{port}", process)
    try:
        give_up = time.monotonic() + SECONDS
        while True:
            with suppress(httpx.TransportError):
                httpx.get(provider.url).raise_for_status()
                break
            assert process.poll() is None
            assert time.monotonic() < give_up
            time.sleep(0.1)
        yield provider
    finally:
        process.terminate()
        process.wait(SECONDS)


def _serve(port):
    import flask
    import oidc_provider_mock
    from joserfc import jwt
    from joserfc.jwk import OctKey, RSAKey
    from werkzeug.serving import make_server

    app = oidc_provider_mock.app(require_nonce=True, issue_refresh_token=False)
    lie, asked = {}, {}

    @app.post("/tests/lie")
    def be_told():
        lie.update(flask.request.json)
        return ""

    @app.get("/tests/asked")
    def tell():
        return asked

    @app.after_request
    def as_told(answer):
        if flask.request.path == "/oauth2/token":
            asked.update(form=flask.request.form.to_dict(), authorization=flask.request.headers.get("Authorization"))
            if lie and answer.status_code == 200:
                answer.data = json.dumps(told(answer.json))
                lie.clear()
        return answer

    def told(token):
        own = RSAKey.import_key(flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True))
        signed = jwt.decode(token["id_token"], own, algorithms=["RS256"])
        key = RSAKey.generate_key(2048) if lie.get("forged") else own
        if lie.get("alg") == "HS256":  # whoever knows the client's secret could make it
            key = OctKey.import_key(SECRET)
        header = signed.header | {"alg": lie.get("alg", "RS256")}
        claims = {name: value for name, value in (signed.claims | lie.get("claims", {})).items() if value is not None}
        return token | {"id_token": jwt.encode(header, claims, key, algorithms=["RS256", "HS256", "none"])}

    make_server("127.0.0.1", port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
