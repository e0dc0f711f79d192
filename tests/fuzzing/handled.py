"""What the server does with a broken file of each kind, in a process of its own; run as one by ChildProcess."""

import json
import resource
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from meddx.errors import Refused, without_content
from meddx.imaging.child_process import answer_messages, limit_memory
from tests.fuzzing.mutations import broken
from tests.fuzzing.seeds import seeds

_MOST_BYTES = 8 << 30
_ROOM = 1 << 30


def handle(kind, data):
    """Do what the engine does with it, and return "read" or the rule of its refusal. Anything else is a fault."""
    try:
        if kind in ("dicom", "png", "jpeg"):
            _image(data)
        elif kind == "zip":
            _archive(data)
        else:
            _file(kind, data)
    except Refused as refused:
        return refused.rule
    return "read"


def _image(data):
    from meddx.imaging.drawable_image import to_drawable
    from meddx.imaging.image_header import image_header
    from meddx.imaging.read_image import read_image
    from meddx.imaging.windowing import display

    image = read_image(data)
    assert np.isfinite(display(image)).all()
    to_drawable(image)
    image_header(data)


def _archive(data):
    from meddx.engine.unpacking import unpack

    start = 0
    while True:
        part = unpack(data, _ROOM, start)
        assert sum(len(member.data) for member in part.members) <= _ROOM
        start = part.next
        if start >= part.total:
            return


def _file(kind, data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"given.{kind}"
        path.write_bytes(data)
        if kind == "keras":
            from meddx.model.importing.describe_file import describe_file

            describe_file(path)
        else:
            from meddx.evaluate.external_predictions import read

            read(path)


def serve():
    """Answer the kind and number of a file with its outcome, the seconds it worked and the most memory so far (KiB)."""

    def begin(kind):
        if kind not in (b"keras", b"parquet"):  # those are read in the engine itself
            limit_memory(_MOST_BYTES)
        warnings.simplefilter("ignore")
        handle(kind.decode(), seeds(kind.decode())[0])  # what takes long the first time
        return answer

    def answer(head, _):
        kind, number = json.loads(head)
        start = 0.0
        try:
            data = broken(kind, number)
            start = time.process_time()
            outcome = handle(kind, data)
        except MemoryError:
            outcome = "decoder-memory"
        except Exception as error:
            outcome = f"fault: {without_content(error)}"
        seconds = time.process_time() - start
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return json.dumps([outcome, round(seconds, 4), most]).encode(), b""

    answer_messages(begin)


if __name__ == "__main__":
    serve()
