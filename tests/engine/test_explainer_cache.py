"""Methods of one model, built once."""

from types import SimpleNamespace

import pytest

from meddx.engine import explainer_cache
from meddx.engine.explainer_cache import ExplainerCache
from meddx.errors import Refused


@pytest.fixture
def built(monkeypatch):
    """The (method, network, run) of each building; methods "one" and "other"."""
    seen = []

    def method(name):
        def build(network, run=None):
            seen.append((name, network, run))
            return object()

        return SimpleNamespace(build=build)

    monkeypatch.setattr(explainer_cache, "METHODS", {name: method(name) for name in ("one", "other")})
    return seen


def test_a_method_is_built_when_first_asked_for_and_kept(built):
    explainers = ExplainerCache("net")
    assert built == []
    one = explainers("one")
    assert explainers("other") is not one
    assert explainers("one") is one
    assert built == [("one", "net", None), ("other", "net", None)]


def test_an_unknown_method_is_refused_with_those_there_are(built):
    with pytest.raises(Refused, match="no method 'guess'; choose one of one, other") as refused:
        ExplainerCache("net")("guess")
    assert (refused.value.rule, built) == ("no-method", [])
