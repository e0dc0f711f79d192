"""Measure the detector of burned-in text: recall on generated writing, masks where there is none, side markers kept.

    python -m studies.deidentification.burned_in_text --count 200 --keep runs/burned-in-text.jsonl

Prints its section of docs/deidentification.md. The images and fonts are those of the family "measure", which had no
part in training or in the choice of thresholds. Films of MEDDX_DATA are used where they are, each once where masks are
counted. What is done already is taken from the file named by --keep. Ten minutes on an idle core.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from meddx.evaluate.intervals import wilson
from meddx.imaging.deidentification.text_detector import covered, find_text
from studies.deidentification.chest_films import (
    Family,
    adults_films,
    chest_films,
    has_writing,
    is_on_writing,
    large_films,
    shown,
    small_films,
)
from studies.deidentification.text_samples import Sample, samples

HIDDEN = 0.9
"""Share of the ink of a text that must be masked for the text to count as found."""
TOUCHED = 0.05
"""Share of the ink of a side marker from which it does not count as kept."""


@dataclass(frozen=True)
class Outcome:
    """What became of one generated image. texts: what was drawn, and whether it was masked; masks: without the text."""

    film: bool
    source: str
    texts: tuple[tuple[str, bool], ...]
    masks: int
    marker_kept: bool | None


@dataclass(frozen=True)
class FilmOutcome:
    """What the detector marks on a film as it is. boxes: top, left, bottom, right."""

    name: str
    boxes: tuple[tuple[int, int, int, int], ...]


def measured(sample: Sample) -> Outcome:
    """Return what the detector makes of an image with and without text."""
    hidden = covered(find_text(sample.written.shown), sample.clean.shape)
    texts = tuple(
        (about, bool(hidden[ink].mean() >= HIDDEN))
        for about, ink in zip(sample.written.about, sample.written.inks, strict=True)
    )
    boxes = () if sample.film else find_text(sample.clean)
    kept = None if sample.marker is None else bool(covered(boxes, sample.clean.shape)[sample.marker].mean() < TOUCHED)
    return Outcome(sample.film, sample.source, texts, len(boxes), kept)


def on_film(film: Path) -> FilmOutcome:
    """Return what the detector marks on a film."""
    found = find_text(shown(film))
    return FilmOutcome(film.name, tuple((box.top, box.left, box.bottom, box.right) for box in found))


def _share(part: int, whole: int) -> str:
    if not whole:
        return "not measured"
    interval = wilson(part, whole)
    return f"{part} of {whole}, {part / whole:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def report(outcomes: Sequence[Outcome], films: Sequence[FilmOutcome], family: Family) -> str:
    """Return the tables, and what was missed or marked without cause."""
    rows = ["| measure | on phantoms | on films |", "|---|---|---|"]
    groups = [[one for one in outcomes if one.film == film] for film in (False, True)]
    texts = [[found for one in group for _, found in one.texts] for group in groups]
    found = [_share(sum(group), len(group)) for group in texts]
    rows.append(f"| texts found (at least 90 % of the ink masked) | {' | '.join(found)} |")
    kept = [one.marker_kept for one in groups[0] if one.marker_kept is not None]
    rows.append(f"| added side markers left as they are | {_share(sum(kept), len(kept))} | not measured |")
    clean = _share(sum(one.masks > 0 for one in groups[0]), len(groups[0]))
    false = {one.name: [box for box in one.boxes if not is_on_writing(one.name, *box)] for one in films}
    without = [one.name for one in films if not has_writing(one.name)]
    rows.append(f"| images without writing that got a mask | {clean} | {_share(*_counted(without, false))} |")
    kinds = {"of real size": large_films, "of adults, 448 pixels": adults_films, "of children, 224 pixels": small_films}
    for kind, of_kind in kinds.items():
        names = {film.name for film in of_kind(family)}
        rows.append(f"| those {kind} | | {_share(*_counted([one for one in without if one in names], false))} |")
    own = [one.name for one in films if has_writing(one.name)]
    rows.append(f"| films with writing of their own that got a mask elsewhere | | {_share(*_counted(own, false))} |")
    missed = [about for one in outcomes for about, found in one.texts if not found]
    marked = [f"{name} at {list(box)}" for name, boxes in false.items() for box in boxes]
    return "\n".join(
        [*rows, "", "Not found:", "", *_listed(missed), "", "Marked on films, and no writing:", "", *_listed(marked)]
    )


def _counted(names: Sequence[str], false: dict[str, list[tuple[int, int, int, int]]]) -> tuple[int, int]:
    return sum(bool(false[name]) for name in names), len(names)


def _listed(texts: Sequence[str]) -> Iterator[str]:
    return (f"- {text}" for text in texts or ["nothing"])


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--family", choices=("tune", "measure"), default="measure")
    parser.add_argument("--keep", type=Path, required=True)
    arguments = parser.parse_args(argv)
    arguments.keep.parent.mkdir(parents=True, exist_ok=True)
    done = arguments.keep.read_text(encoding="utf-8").splitlines() if arguments.keep.exists() else []
    kept = [json.loads(line) for line in done]
    outcomes = [Outcome(**one) for one in kept if "texts" in one]
    films = [FilmOutcome(**one) for one in kept if "texts" not in one]
    with arguments.keep.open("a", encoding="utf-8") as file:
        for film in chest_films(arguments.family)[len(films) :]:
            films.append(on_film(film))
            file.write(json.dumps(asdict(films[-1])) + "\n")
            file.flush()
        for sample in samples(arguments.family, arguments.count, first=len(outcomes)):
            outcomes.append(measured(sample))
            file.write(json.dumps(asdict(outcomes[-1])) + "\n")
            file.flush()
    print(report(outcomes, films, arguments.family))


if __name__ == "__main__":
    main()
