"""Run `meddx phantom`: write a labelled set of synthetic chest films with lesion masks."""

import argparse
import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from meddx.errors import Refused
from meddx.imaging.phantom import LESIONS, Phantom, chest_phantom, mask_png, phantom_dicom, phantom_png
from meddx.imaging.phantom.synthetic_record import LESION, SyntheticRecord, draw_record
from meddx.whole_file import whole_folder

HELP = "write a labelled set of synthetic chest films with lesion masks"

FILMS_PER_PATIENT = 2
BLOCK = ("train", "train", "train", "validation", "test")
"""Every five patients are dealt to these in random order, so that a small set has them all too."""

README = """SYNTHETIC chest phantoms, made by `meddx phantom`. No patient was imaged.

They test software. How a model does on them says nothing about how it does on people.

manifest.csv  one image a row: path, patient, split (by patient), 1 or 0 for each lesion, path of its mask if present
images/        the images; masks/ white where a ray crosses the lesion

Made with --n {n} --seed {seed} --size {rows}x{columns} --format {format}.
"""

README_RECORD = """
age, sex, smoker, note  a SYNTHETIC record beside each image, some of it missing by chance
label                   disease or healthy: depends on an effusion, the age and the word "haemoptysis", and on chance
true_base, true_*       what the answer is without any part, and what image, record and note truly contribute, in logits
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meddx phantom`."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    parser.add_argument("--n", type=_positive, required=True, help="number of images, two a patient")
    parser.add_argument("--seed", type=_not_negative, required=True, help="equal seeds give equal bytes")
    parser.add_argument("--size", type=_size, default=(512, 416), metavar="ROWSxCOLUMNS", help="default 512x416")
    parser.add_argument(
        "--record",
        action="store_true",
        help="add a synthetic record and note, and a label that depends on lesion, age and a word in known parts",
    )
    parser.add_argument("--format", choices=("dicom", "png"), default="dicom")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Write the set and return 0.

    Raises Refused("folder-not-empty") and, from the phantom, Refused("phantom-size").
    """
    out: Path = arguments.out
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refused("folder-not-empty", f"{out} already holds something; name a new or an empty folder.")
    rows, columns = arguments.size
    about = {"n": arguments.n, "seed": arguments.seed, "rows": rows, "columns": columns, "format": arguments.format}
    images = (PhantomImage(arguments.seed, index) for index in range(arguments.n))
    with whole_folder(out) as folder:
        (folder / "images").mkdir()
        (folder / "masks").mkdir()
        written = [
            image.write(image.phantom(rows, columns), folder, arguments.format, record=arguments.record)
            for image in _with_progress(images, arguments.n)
        ]
        with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, fieldnames=list(written[0]), lineterminator="\n")
            table.writeheader()
            table.writerows(written)
        readme = README.format(**about) + (README_RECORD if arguments.record else "")
        (folder / "README.txt").write_text(readme, encoding="utf-8")

    counts = {label: sum(int(row[label]) for row in written) for label in LESIONS}
    if arguments.json:
        print(json.dumps({"out": str(out), "manifest": str(out / "manifest.csv"), **about, "with": counts}))
    else:
        found = ", ".join(f"{count} with {label}" for label, count in counts.items())
        print(f"{arguments.n} synthetic images in {out}: {found}")
    return 0


@dataclass(frozen=True)
class PhantomImage:
    """One image, number `index`, of the set with this seed; it does not depend on how many are written."""

    seed: int
    index: int

    @property
    def patient(self) -> int:
        """Return the number of the patient within the set."""
        return self.index // FILMS_PER_PATIENT

    @property
    def split(self) -> str:
        """Return the split that the patient belongs to."""
        block, place = divmod(self.patient, len(BLOCK))
        return BLOCK[np.random.default_rng([self.seed, 0, block]).permutation(len(BLOCK))[place]]

    def phantom(self, rows: int, columns: int) -> Phantom:
        """Return the image, with lesions drawn at random."""
        seed, patient = (
            int(np.random.SeedSequence([self.seed, stream, number]).generate_state(1)[0])
            for stream, number in ((1, self.index), (2, self.patient))
        )
        return chest_phantom(seed, rows=rows, columns=columns, patient=patient)

    def record(self, phantom: Phantom) -> SyntheticRecord:
        """Return the synthetic record and note beside the image, drawn from a stream of their own."""
        return draw_record(np.random.default_rng([self.seed, 3, self.index]), LESION in phantom.lesions)

    def write(self, phantom: Phantom, out: Path, kind: str, *, record: bool = False) -> dict[str, str | int]:
        """Write image and masks below `out` and return the row of the manifest, paths relative to `out`."""
        name = f"{self.index:06d}"
        path = f"images/{name}.{'dcm' if kind == 'dicom' else 'png'}"
        (out / path).write_bytes(phantom_dicom(phantom) if kind == "dicom" else phantom_png(phantom))
        masks = {label: f"masks/{name}-{label}.png" if label in phantom.lesions else "" for label in LESIONS}
        for label in phantom.lesions:
            (out / masks[label]).write_bytes(mask_png(phantom.masks[label]))
        return {
            "path": path,
            "patient": f"P{self.patient:05d}",
            "split": self.split,
            **{label: int(label in phantom.lesions) for label in LESIONS},
            **{f"{label}_mask": masks[label] for label in LESIONS},
            **(self.record(phantom).columns() if record else {}),
        }


def _with_progress(images: Iterator[PhantomImage], total: int) -> Iterator[PhantomImage]:
    columns = (TextColumn("images"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield from progress.track(images, total=total)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _not_negative(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 0")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not ROWSxCOLUMNS, such as 512x416")
    return int(match[1]), int(match[2])
