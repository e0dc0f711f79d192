"""What tests of several rooms share."""

import os

import pytest

from tests.untrained import network, write_model


@pytest.fixture(scope="session")
def untrained_models(tmp_path_factory):
    """A models folder with an exclusive and a multi-label model, both untrained."""
    models = tmp_path_factory.mktemp("models")
    write_model(models, "untrained")
    write_model(models, "untrained-multi", "multilabel", network("multilabel", size=48, filters=4))
    return models


@pytest.fixture(scope="session", autouse=True)
def _jobs_of_tests(tmp_path_factory):
    """No test touches the evaluations of whoever runs it."""
    before = os.environ.get("MEDDX_JOBS")
    os.environ["MEDDX_JOBS"] = str(tmp_path_factory.mktemp("jobs"))
    yield
    if before is None:
        del os.environ["MEDDX_JOBS"]
    else:
        os.environ["MEDDX_JOBS"] = before
