"""A child process of de-identification whose decoder dies or hangs, by the first bytes of a file."""

import os

from meddx.imaging.deidentification import isolated


def dies_or_hangs(data, options, pseudonyms):
    if data.startswith(b"die"):
        os._exit(9)
    while data.startswith(b"hang"):
        pass
    return isolated.Deidentified(b"copy", ".png", {})


if __name__ == "__main__":
    isolated.deidentify = dies_or_hangs
    isolated.serve()
