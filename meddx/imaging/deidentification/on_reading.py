"""De-identification of what readers add, as the server's settings say: its options and its key."""

import os

from meddx.deidentification_settings import (
    reading_dates,
    reading_keeps_characteristics,
    reading_key_file,
    reading_policy,
)
from meddx.errors import Refused
from meddx.imaging.deidentification.profile import Options
from meddx.imaging.deidentification.pseudonyms import key_from_file, random_key

_KEY_VARIABLE = "_MEDDX_DEIDENTIFY_KEY"
"""Of the environment of a server without a key file, and so of its engine's: the key of this start, hexadecimal."""


def reading_options() -> Options:
    """Return what is done to every file. Raises Refused where nothing is to be de-identified."""
    policy = reading_policy()
    if policy == "off":
        raise Refused("not-deidentifying", "This server de-identifies nothing on reading: set MEDDX_DEIDENTIFY.")
    return Options(reading_dates(), reading_keeps_characteristics(), policy)


def reading_key() -> bytes:
    """Return the secret of the pseudonyms: that of the key file, else one that this server has made and forgets.

    A server calls it before it starts its engine, which inherits it. Raises Refused for a file that cannot be used.
    """
    file = reading_key_file()
    if file is not None:
        return key_from_file(file)
    return bytes.fromhex(os.environ.setdefault(_KEY_VARIABLE, random_key().hex()))
