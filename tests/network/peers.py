"""Programs of others that check and receive DICOM objects: Debian's dicom3tools and dcmtk."""

import subprocess


def errors_of(path):
    """What dciodvfy finds wrong with an object."""
    said = subprocess.run(["dciodvfy", path], capture_output=True, text=True, errors="replace", check=False)
    lines = (said.stdout + said.stderr).splitlines()
    assert lines, "dciodvfy said nothing"
    return [line for line in lines if line.startswith("Error")]


def dump_of(path):
    """The content of a Structured Report as dsrdump prints it, with long texts whole."""
    command = ["dsrdump", "--print-long-values", "--print-all-codes", path]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    return said.stdout
