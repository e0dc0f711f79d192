"""Reading of DICOM films, from bytes to pixels and to a network's input, beside pydicom and dcmtk.

    python -m benchmarks.reading [--films N]

A phantom of 2048 x 1664 pixels, uncompressed and in transfer syntaxes that dcmtk writes; milliseconds of processor time
a film, medians; the ways take turns. pydicom: `dcmread` and `pixel_array` with the decoders that are installed beside
it, which is the limit for whatever reads by pydicom. Pixels: our image, checked, by modality and presentation tables,
in its window. Input: that and the input of the model. dcmtk: a process of dcmj2pnm or dcml2pnm, which windows the film
and writes it as a picture, its start included.
"""

import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from pydicom import dcmread

from benchmarks.report import options, results_folder, write
from meddx.config import models_dir
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.model.registry import find_model

MODEL, DCMTK = "chest-efficientnet", "dcmtk"
ENCODERS = {
    "RLE": ["dcmcrle"],
    "JPEG lossless": ["dcmcjpeg", "+e1"],
    "JPEG-LS lossless": ["dcmcjpls", "+el"],
}
"""Transfer syntax -> the program of dcmtk that writes it."""
PICTURE, PICTURE_OF = "dcmj2pnm", {"JPEG-LS lossless": "dcml2pnm"}
"""The program of dcmtk that draws a film, and the one for a transfer syntax that it does not read."""


def stored(folder: Path, rows: int, columns: int, encoders: Mapping[str, list[str]]) -> dict[str, Path]:
    """Write the phantom uncompressed, as meddx does, and in the transfer syntaxes of the encoders."""
    found = {"uncompressed": folder / "phantom.dcm"}
    found["uncompressed"].write_bytes(phantom_dicom(chest_phantom(1, None, rows, columns)))
    for name, command in encoders.items():
        found[name] = folder / f"{name}.dcm"
        subprocess.run([*command, found["uncompressed"], found[name]], check=True, capture_output=True)
    return found


def processor_milliseconds(run: Callable[[], object]) -> float:
    """Of this process and those that it has started and waited for."""
    start = time.process_time() + _of_children()
    run()
    return 1000 * (time.process_time() + _of_children() - start)


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and write the table."""
    parser = options(__doc__ or "")
    parser.add_argument("--films", type=int, help="of each transfer syntax (default: 25)")
    arguments = parser.parse_args()
    repetitions = arguments.films or (2 if arguments.tiny else 25)
    rows, columns = (512, 416) if arguments.tiny else (2048, 1664)
    spec = find_model(models_dir(), MODEL).card.input
    has_dcmtk = shutil.which(PICTURE) is not None
    table = []
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "picture.pgm"
        for name, path in stored(Path(folder), rows, columns, ENCODERS if has_dcmtk else {}).items():
            ways: dict[str, Callable[[], object]] = {
                "pydicom": lambda path=path: dcmread(path).pixel_array,
                "pixels": lambda path=path: read_image(path.read_bytes()),
                "input": lambda path=path: model_input(read_image(path.read_bytes()), spec),
            }
            if has_dcmtk:
                command = [PICTURE_OF.get(name, PICTURE), "+Wm", str(path), str(picture)]
                ways[DCMTK] = lambda command=command: subprocess.run(command, check=True, capture_output=True)
            table.append([name, f"{path.stat().st_size / 1e6:.1f}", *_row(ways, repetitions)])
            print(*table[-1], sep=" | ", flush=True)
    header = ("stored as", "MB", "pydicom", "pixels", "input", DCMTK, "pixels / pydicom", "input / pydicom")
    write(
        results_folder(arguments) / "reading.md",
        f"Reading DICOM films of {rows} x {columns}, processor milliseconds",
        __doc__ or "",
        header,
        table,
        not_measured={} if has_dcmtk else {DCMTK: f"not installed: {PICTURE}"},
        tiny=arguments.tiny,
    )


def _row(ways: dict[str, Callable[[], object]], repetitions: int) -> list[str]:
    for way in ways.values():
        way()
    rounds = [{name: processor_milliseconds(way) for name, way in ways.items()} for _ in range(repetitions)]
    times = {name: statistics.median(one[name] for one in rounds) for name in ways}
    shown = [f"{times[name]:.1f}" if name in times else "" for name in ("pydicom", "pixels", "input", DCMTK)]
    return [*shown, *(f"{times[name] / times['pydicom']:.2f}" for name in ("pixels", "input"))]


if __name__ == "__main__":
    main()
