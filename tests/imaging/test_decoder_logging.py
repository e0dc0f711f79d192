"""What decoding libraries would tell the world about a file."""

import logging
import warnings

import pytest

from meddx.imaging.decoder_logging import FILTER, LIBRARIES, silence_decoding_libraries


def heard(module):
    """How many warnings of this module are seen after another filter has let all through."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        silence_decoding_libraries()
        warnings.warn_explicit("Zebedee^Quartz is no date", UserWarning, "file.py", 1, module=module)
        return len(seen)


@pytest.mark.parametrize("module", ["pydicom", "pydicom.valuerep", "PIL.Image", "rle.utils", "openjpeg"])
def test_a_decoding_library_is_not_heard(module):
    assert heard(module) == 0


@pytest.mark.parametrize("module", ["numpy", "pydicomtools", "my.pydicom"])
def test_all_others_are(module):
    assert heard(module) == 1


def test_silencing_twice_adds_one_filter():
    with warnings.catch_warnings():
        silence_decoding_libraries()
        silence_decoding_libraries()
        assert warnings.filters[0] == FILTER
        assert list(warnings.filters).count(FILTER) == 1


@pytest.mark.parametrize("name", LIBRARIES)
def test_not_even_critical_messages_are_logged(name):
    assert not logging.getLogger(name).isEnabledFor(logging.CRITICAL)
