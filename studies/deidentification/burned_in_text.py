"""Measure the detector of burned-in text: recall on generated writing, masks on images without any, side markers kept.

    python -m studies.deidentification.burned_in_text --count 130 --keep runs/burned-in-text.jsonl

Prints its section of docs/deidentification.md. The images and fonts are those of the family "measure", which had no
part in training or in the choice of thresholds. Films of MEDDX_DATA are used where they are. What is done already is
taken from the file named by --keep. Three minutes on an idle core.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from meddx.evaluate.intervals import wilson
from meddx.imaging.deidentification.text_detector import covered, find_text
from studies.deidentification.text_samples import Sample, samples

HIDDEN = 0.9
"""Share of the ink of a text that must be masked for the text to count as found."""
TOUCHED = 0.05
"""Share of the ink of a side marker from which it does not count as kept."""


@dataclass(frozen=True)
class Outcome:
    """What became of one image. texts: what was drawn, and whether it was masked; masks: on the image without text."""

    film: bool
    source: str
    texts: tuple[tuple[str, bool], ...]
    masks: int
    marker_kept: bool | None


def measured(sample: Sample) -> Outcome:
    """Return what the detector makes of an image with and without text."""
    hidden = covered(find_text(sample.written.shown), sample.clean.shape)
    texts = tuple(
        (about, bool(hidden[ink].mean() >= HIDDEN))
        for about, ink in zip(sample.written.about, sample.written.inks, strict=True)
    )
    boxes = find_text(sample.clean)
    kept = None if sample.marker is None else bool(covered(boxes, sample.clean.shape)[sample.marker].mean() < TOUCHED)
    return Outcome(sample.film, sample.source, texts, len(boxes), kept)


def _share(part: int, whole: int) -> str:
    interval = wilson(part, whole)
    return f"{part} of {whole}, {part / whole:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def report(outcomes: list[Outcome]) -> str:
    """Return the table."""
    rows = ["| measure | on phantoms | on films |", "|---|---|---|"]
    groups = [[one for one in outcomes if one.film == film] for film in (False, True)]
    texts = [[found for one in group for _, found in one.texts] for group in groups]
    rows.append(_row("texts found (at least 90 % of the ink masked)", [(sum(found), len(found)) for found in texts]))
    rows.append(
        _row("images without added text that got a mask", [(sum(one.masks > 0 for one in g), len(g)) for g in groups])
    )
    markers = [[one.marker_kept for one in group if one.marker_kept is not None] for group in groups]
    rows.append(_row("added side markers left as they are", [(sum(kept), len(kept)) for kept in markers]))
    missed = [about for one in outcomes for about, found in one.texts if not found]
    return "\n".join([*rows, "", "Not found:", "", *[f"- {about}" for about in missed or ["nothing"]]])


def _row(title: str, counts: list[tuple[int, int]]) -> str:
    return f"| {title} | {' | '.join(_share(*count) if count[1] else 'not measured' for count in counts)} |"


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=130)
    parser.add_argument("--family", choices=("tune", "measure"), default="measure")
    parser.add_argument("--keep", type=Path, required=True)
    arguments = parser.parse_args(argv)
    arguments.keep.parent.mkdir(parents=True, exist_ok=True)
    done = arguments.keep.read_text(encoding="utf-8").splitlines() if arguments.keep.exists() else []
    outcomes = [Outcome(**json.loads(line)) for line in done]
    with arguments.keep.open("a", encoding="utf-8") as file:
        for sample in samples(arguments.family, arguments.count, first=len(outcomes)):
            outcomes.append(measured(sample))
            file.write(json.dumps(asdict(outcomes[-1])) + "\n")
            file.flush()
    print(report(outcomes))


if __name__ == "__main__":
    main()
