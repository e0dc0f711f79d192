"""Programs of others that check and receive DICOM objects: Debian's dicom3tools and dcmtk."""

import socket
import subprocess
from contextlib import contextmanager

from tests.engine.test_job_runner import until


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


def store(port, *paths, calling="MODALITY", called="MEDDX"):
    """The exit code of storescu, which sends files to a node."""
    command = ["storescu", "-aet", calling, "-aec", called, "127.0.0.1", str(port), *map(str, paths)]
    return subprocess.run(command, capture_output=True, check=False).returncode


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def storage(folder, port=None):
    """A storescp that keeps what it receives in `folder`, a file for each SOP Instance UID; yields its port."""
    port = port or free_port()
    folder.mkdir(exist_ok=True)
    with subprocess.Popen(["storescp", "-od", folder, "-uf", str(port)], stderr=subprocess.DEVNULL) as process:
        try:
            echo = ["echoscu", "127.0.0.1", str(port)]
            until(lambda: subprocess.run(echo, capture_output=True, check=False).returncode == 0)
            yield port
        finally:
            process.terminate()
