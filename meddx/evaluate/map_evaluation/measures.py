"""What is measured about a method's maps on a set of images, in words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """name: in the record and on the page. low, high: its limits. meaning: a sentence for a reader.

    best: which end is good; of marks: whether images need boxes or masks for it.
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
GAIN, EMPTY = "faithfulness", "marks nothing"
LIKENESS, BLANK = "likeness to a shuffled network", "shuffled network marks nothing"

MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            POINTING, "Points at the finding",
            "The share of images on which the map's highest place lies inside the mark of the finding.",
        ),
        Measure(
            NEAR, "Points at it or beside it",
            "The share of images on which the map's highest place lies inside the mark or misses it by at most 3 % of "
            "the image's side (15 pixels of 512), as where the pointing game was first described.",
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
            "The share of the answer that goes when what the map marks is blurred, and comes back when only that is "
            "shown, at most a fifth of the image. 1 is all of it; compare with what maps that saw no network hold.",
            low=-1.0, of_marks=False,
        ),
        Measure(
            EMPTY, "Marks nothing",
            "The share of maps that are empty although the finding is marked on the image, or the model calls it so.",
            best="low", of_marks=False,
        ),
        Measure(
            LIKENESS, "Likeness to a shuffled network",
            "Rank correlation with the map after the network's weights were shuffled, where both mark something. A map "
            "that stays the same does not show what the network learned.",
            low=-1.0, best="low", of_marks=False,
        ),
        Measure(
            BLANK, "Shuffled network marks nothing",
            "The share of maps that are empty once the weights are shuffled. On a fixed scale that is as it should be: "
            "a network that has learned nothing finds nothing.",
            of_marks=False,
        ),
    )
}  # fmt: skip
"""In the order in which they are shown."""

DECIDED = {
    NEAR: "share of maps that point at the finding or right beside it",
    GAIN: "hold on the answer (faithfulness)",
}
"""By which of these a method is recommended, the first that was measured; how it is named in a sentence.

With the tolerance of the pointing game's authors: a reader looks at the place and around it, and a map of few cells
cannot be centred on a small finding."""
