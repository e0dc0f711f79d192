"""What is measured about a method's maps on a set of films, in words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """name: in the record and on the page. low, high: its limits. meaning: a sentence for a reader.

    best: which end is good; of marks: whether films need boxes or masks for it.
    """

    name: str
    title: str
    meaning: str
    low: float = 0.0
    best: str = "high"
    of_marks: bool = True


POINTING, NEAR, INSIDE, OVERLAP, PRECISION = (
    "pointing game", "pointing game with tolerance", "evidence inside", "overlap", "average precision",
)  # fmt: skip
GAIN, LIKENESS = "faithfulness", "likeness to a shuffled network"

MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            POINTING, "Points at the finding",
            "The share of films on which the map's highest place lies inside the mark of the finding.",
        ),
        Measure(
            NEAR, "Points at it or beside it",
            "Likewise, but a miss by up to 3 % of the film's side (15 pixels of 512) counts as a hit, as where the "
            "pointing game was first described.",
        ),
        Measure(
            INSIDE, "Evidence inside the mark",
            "The share of all evidence for the label that lies inside the mark.",
        ),
        Measure(
            OVERLAP, "Overlap with the mark",
            "Intersection over union of the mark and of where the map reaches a set share of its highest value.",
        ),
        Measure(
            PRECISION, "Average precision",
            "How well the map's values tell places inside the mark from those outside, over every cut-off.",
        ),
        Measure(
            GAIN, "The answer hangs on it",
            "How much sooner the answer returns when what the map marks is shown first than it lasts when that is "
            "blurred first. A map drawn by chance has 0.",
            low=-1.0, of_marks=False,
        ),
        Measure(
            LIKENESS, "Likeness to a shuffled network",
            "Rank correlation with the map after the network's weights were shuffled. A map that stays the same does "
            "not show what the network learned.",
            low=-1.0, best="low", of_marks=False,
        ),
    )
}  # fmt: skip
"""In the order in which they are shown."""
