"""Convert an HDF5 model file or a SavedModel to a Keras 3 archive, once, in a process of its own.

`python -m meddx.model.importing.convert_file GIVEN NEW.keras` exits with 0, or with REFUSED and the refusal as JSON on
its standard output. A file at which HDF5's or TensorFlow's readers fail ends that process alone.
"""

import atexit
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from meddx.config import environment_of_children
from meddx.errors import Refused
from meddx.model.importing.saved_model_files import saved_model_folder
from meddx.model.importing.scan_file import ScannedFile, scan_file
from meddx.model.tensorflow_startup import start_tensorflow

REFUSED = 3
"""Exit status of a conversion that was refused."""
LONGEST = 600
"""Seconds that a conversion may take."""

_lock = threading.Lock()
_latest: dict[str, ScannedFile] = {}
"""The file that was converted last, by the hash of the given one, which is read more than once."""


def converted(scanned: ScannedFile) -> ScannedFile:
    """Return the Keras 3 archive made of a scanned file; it lies in a temporary folder.

    Raises Refused where the conversion does not answer, or refuses.
    """
    with _lock:
        if scanned.sha256 not in _latest:
            folder = Path(tempfile.mkdtemp())
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            _convert_apart(scanned, folder / "converted.keras")
            for earlier in _latest.values():
                shutil.rmtree(earlier.path.parent, ignore_errors=True)
            _latest.clear()
            _latest[scanned.sha256] = scan_file(folder / "converted.keras")
        return _latest[scanned.sha256]


def _convert_apart(scanned: ScannedFile, target: Path) -> None:
    try:
        result = subprocess.run(
            [sys.executable, "-m", __name__, str(scanned.path), str(target)],
            env=environment_of_children(),
            capture_output=True,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(
            "conversion-failed",
            f"Converting the model took longer than {LONGEST} seconds; save it with model.save('model.keras').",
        ) from error
    if result.returncode == REFUSED:
        refusal = json.loads(result.stdout.splitlines()[-1])
        raise Refused(refusal["rule"], refusal["reason"])
    if result.returncode != 0:
        raise Refused(
            "conversion-failed",
            f"Converting the model ended without an answer (status {result.returncode}); "
            "save it with model.save('model.keras').",
        )


def convert_here(given: Path, target: Path) -> None:
    """Convert the file in this process, which a file that TensorFlow's readers fail at would end.

    Raises Refused.
    """
    start_tensorflow()
    from meddx.model.importing.convert_saved_model import network_of_graph
    from meddx.model.importing.read_network import network_of

    scanned = scan_file(given)
    if scanned.format == "savedmodel":
        with saved_model_folder(given) as folder:
            network_of_graph(folder).save(target)
    else:
        network_of(scanned).save(target)


def main(given: Path, target: Path) -> int:
    """Convert the file and return the exit status."""
    try:
        convert_here(given, target)
    except Refused as refusal:
        sys.stdout.write(json.dumps({"rule": refusal.rule, "reason": refusal.reason}) + "\n")
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
