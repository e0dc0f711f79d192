"""Debian's Orthanc with its DICOMweb plugin, in a temporary folder: a PACS that no test shares with another."""

import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from tests.engine.test_job_runner import until
from tests.network.peers import free_port

PLUGIN = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"
USER, PASSWORD = "reader", "open-sesame"
CALLING = "MEDDX"


@dataclass
class Orthanc:
    """A running Orthanc: its ports, and what it holds as its own interface says."""

    http_port: int
    dicom_port: int
    url: str
    move_port: int

    def instances(self):
        """The id of every object."""
        return self._get("instances").json()

    def arrivals(self):
        """The id of every object, in the order in which they came."""
        found, last, done = [], 0, False
        while not done:
            answer = self._get(f"changes?limit=1000&since={last}").json()
            found += [change["ID"] for change in answer["Changes"] if change["ChangeType"] == "NewInstance"]
            last, done = answer["Last"], answer["Done"]
        return found

    def add(self, data):
        httpx.post(f"{self.url}/instances", content=data, auth=(USER, PASSWORD)).raise_for_status()

    def file(self, id):
        return self._get(f"instances/{id}/file").content

    def answers(self):
        """Whether it is up."""
        try:
            return httpx.get(f"{self.url}/system", auth=(USER, PASSWORD)).is_success
        except httpx.TransportError:
            return False

    def _get(self, path):
        return httpx.get(f"{self.url}/{path}", auth=(USER, PASSWORD)).raise_for_status()


def configured(folder, **more):
    """The peer that will be, and the command that runs it. more: of its settings."""
    http, dicom, move = free_port(), free_port(), free_port()
    settings = {
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "HttpPort": http,
        "DicomPort": dicom,
        "DicomAet": "ORTHANC",
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": True,
        "RegisteredUsers": {USER: PASSWORD},
        "DicomModalities": {"meddx": [CALLING, "127.0.0.1", move]},
        "DicomAlwaysAllowMove": True,
        "DicomAlwaysAllowFind": True,
        "DicomAlwaysAllowGet": True,
        "Plugins": [PLUGIN],
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
        **more,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "orthanc.json"
    path.write_text(json.dumps(settings))
    return Orthanc(http, dicom, f"http://127.0.0.1:{http}", move), ["Orthanc", path]


@contextmanager
def orthanc(folder):
    """Start it and stop it by its process."""
    peer, command = configured(folder)
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: process.poll() is not None or peer.answers())
        assert process.poll() is None, "Orthanc ended"
        yield peer
    finally:
        process.terminate()
        process.wait()


def pacs_toml(peer, **options):
    """The text of a configuration with both ways to the same Orthanc."""
    more = "".join(f"{name} = {value}\n" for name, value in options.items())
    return f"""ae_title = "{CALLING}"
{more}
[[dicomweb]]
name = "archive"
url = "{peer.url}/dicom-web"
user = "{USER}"
secret_env = "ORTHANC_PASSWORD"
takes_results = true

[[dicom]]
name = "old-archive"
ae_title = "ORTHANC"
host = "127.0.0.1"
port = {peer.dicom_port}
takes_results = true

[[dicom]]
name = "by-move"
ae_title = "ORTHANC"
host = "127.0.0.1"
port = {peer.dicom_port}
move_port = {peer.move_port}
"""
