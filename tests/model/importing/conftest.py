import keras
import pytest


@pytest.fixture(autouse=True)
def _the_same_weights_every_time():
    """Draw the random weights of a test's networks alike in every run: with some, answers hardly differ."""
    keras.utils.set_random_seed(1)
