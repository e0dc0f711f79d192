"""A child process whose decoder dies, hangs, takes long, takes all memory or fails, by the first bytes of a file."""

import os
import re
import time

from meddx.imaging import isolated_reading, read_image


def broken(data, frame):
    if data.startswith(b"die"):
        os._exit(9)
    if data.startswith(b"hang"):
        re.match(r"(a|aa)+$", "a" * 60 + "b")  # keeps the interpreter's lock
    if data.startswith(b"slow"):
        time.sleep(1)
        return read_image.read_image(data[4:], frame)
    if data.startswith(b"memory"):
        bytearray(1 << 40)
    if data.startswith(b"fail"):
        raise ZeroDivisionError("a patient's name")
    return read_image.read_image(data, frame)


if __name__ == "__main__":
    isolated_reading.read_image = broken
    isolated_reading.serve()
