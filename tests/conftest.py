"""What tests of several rooms share."""

import os
from pathlib import Path

import pytest

from tests.untrained import network, write_model

BROWSER = Path(__file__).parent / "browser"


def _left_out(path):
    """Whether MEDDX_TESTS leaves out a file or folder: "browser" keeps tests/browser alone, "others" all but that."""
    part = os.environ.get("MEDDX_TESTS")
    return bool(part) and (BROWSER in (path, *path.parents)) != (part == "browser")


def pytest_ignore_collect(collection_path):
    """Do not even import what is left out."""
    return (collection_path not in BROWSER.parents and _left_out(collection_path)) or None


def pytest_collection_modifyitems(config, items):
    """Leave it out where it is named as well: pytest imports the files that it is given."""
    left_out = [item for item in items if _left_out(item.path)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not _left_out(item.path)]


@pytest.fixture(scope="session")
def untrained_models(tmp_path_factory):
    """A models folder with an exclusive and a multi-label model, both untrained."""
    models = tmp_path_factory.mktemp("models")
    write_model(models, "untrained")
    write_model(models, "untrained-multi", "multilabel", network("multilabel", size=48, filters=4))
    return models


@pytest.fixture(scope="session", autouse=True)
def _state_of_tests(tmp_path_factory):
    """No test touches the evaluations, accounts and caches of whoever runs it."""
    state = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDDX_JOBS", str(state / "jobs"))
        patch.setenv("MEDDX_ACCOUNTS", str(state / "accounts.sqlite"))
        patch.setenv("MEDDX_CACHE", str(state / "cache"))
        patch.setenv("MEDDX_RUNTIME", "tensorflow")  # but for the tests of the others: which is fastest differs
        patch.delenv("MEDDX_SIGN_IN", raising=False)
        yield
