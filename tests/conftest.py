"""What tests of several rooms share."""

import os

import pytest

from tests.untrained import network, write_model


def pytest_collection_modifyitems(config, items):
    """Leave out what MEDDX_TESTS does: "browser" keeps browser tests alone, "others" all but those."""
    part = os.environ.get("MEDDX_TESTS")
    if part:
        parts = {True: [], False: []}
        for item in items:
            parts[(item.get_closest_marker("browser") is not None) == (part == "browser")].append(item)
        config.hook.pytest_deselected(items=parts[False])
        items[:] = parts[True]


@pytest.fixture(scope="session")
def untrained_models(tmp_path_factory):
    """A models folder with an exclusive and a multi-label model, both untrained."""
    models = tmp_path_factory.mktemp("models")
    write_model(models, "untrained")
    write_model(models, "untrained-multi", "multilabel", network("multilabel", size=48, filters=4))
    return models


@pytest.fixture(scope="session", autouse=True)
def _state_of_tests(tmp_path_factory):
    """No test touches the evaluations and accounts of whoever runs it."""
    state = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDDX_JOBS", str(state / "jobs"))
        patch.setenv("MEDDX_ACCOUNTS", str(state / "accounts.sqlite"))
        patch.delenv("MEDDX_SIGN_IN", raising=False)
        yield
