"""What pynetdicom leaves open is collected in the module that made it, whose marks say that it may."""

import gc

import pytest


@pytest.fixture(scope="module", autouse=True)
def _leaves_no_socket_to_others():
    """A connection that failed stays unclosed in pynetdicom until it is collected, which would be in another test."""
    yield
    gc.collect()
