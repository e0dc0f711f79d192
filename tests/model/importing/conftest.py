import keras
import pytest

from meddx.model.importing import convert_file


@pytest.fixture(autouse=True)
def _the_same_weights_every_time():
    """Draw the random weights of a test's networks alike in every run: with some, answers hardly differ."""
    keras.utils.set_random_seed(1)


@pytest.fixture
def converted_here(monkeypatch):
    """Convert files in this process: what comes out is tested, and test_convert_file.py tests the other process."""
    monkeypatch.setattr(
        convert_file, "_convert_apart", lambda scanned, target: convert_file.convert_here(scanned.path, target)
    )
