"""What tests of several rooms share."""

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.untrained import network, write_model


class _FilesAndOneBrowser(LoadFileScheduling):
    """Gives each process whole files, and one of them all browser tests: several browsers slow each other down."""

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        return "browser" if file.startswith("tests/browser/") else file


def pytest_xdist_make_scheduler(config, log):
    return _FilesAndOneBrowser(config, log)


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
