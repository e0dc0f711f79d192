"""What tests of several rooms share."""

import pytest

from tests.untrained import network, write_model


@pytest.fixture(scope="session")
def untrained_models(tmp_path_factory):
    """A models folder with an exclusive and a multi-label model, both untrained."""
    models = tmp_path_factory.mktemp("models")
    write_model(models, "untrained")
    write_model(models, "untrained-multi", "multilabel", network("multilabel", size=48, filters=4))
    return models
