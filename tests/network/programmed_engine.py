"""An engine that answers every film alike without TensorFlow, and a node on it as a program of its own."""

import sys
import threading
from dataclasses import replace
from pathlib import Path

from meddx.engine.contract import QUICK_MAP_CHECK
from meddx.imaging.drawable_image import to_drawable
from meddx.imaging.read_image import read_image
from meddx.network.node import DicomNode
from meddx.network.node_config import read_node_config
from meddx.types import JobStatus
from tests.export.cases import answer, check


class ProgrammedEngine:
    """EFFUSION is a finding of every film, and its map passes."""

    def __init__(self):
        self.asked = 0
        self.raises = None

    def predict(self, data, model, frame=0):
        self.asked += 1
        if self.raises is not None:
            raise self.raises
        return answer()

    def image(self, data, frame=0):
        return to_drawable(read_image(data, frame))

    def start(self, kind, arguments):
        return arguments["label"]

    def job(self, id):
        return JobStatus(id, QUICK_MAP_CHECK, "done", result=replace(check("reliable"), label=id, quick=True))


def configuration(folder, port, peer_port, **changes):
    """The file of a node's configuration, written into `folder`; `changes`: of top-level values, as TOML."""
    top = {"ae_title": '"MEDDX"', "folder": '"state"', "port": port, "quiet_seconds": 0} | changes
    lines = [f"{name} = {value}" for name, value in top.items()]
    tables = f"""
[retry]
first_seconds = 0.2
attempts = 3
[[allowed]]
ae_title = "MODALITY"
address = "127.0.0.1"
[[peer]]
name = "pacs"
ae_title = "PACS"
host = "127.0.0.1"
port = {peer_port}
[[rule]]
name = "chest"
model = "untrained"
method = "grad-cam"
modality = ["D*"]
body_part = ["chest"]
send_to = ["pacs"]
"""
    path = folder / "node.toml"
    path.write_text("\n".join(lines) + tables)
    return path


if __name__ == "__main__":
    import meddx.export.dicom_results.structured_report  # noqa: F401  # so that it answers as soon as it listens

    DicomNode(read_node_config(Path(sys.argv[1])), ProgrammedEngine())
    threading.Event().wait()
