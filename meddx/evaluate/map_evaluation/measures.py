"""Define the measures of a method's heat maps on a set of images: names, titles and meanings."""

from dataclasses import dataclass

from meddx.explain.map_record import PASSING


@dataclass(frozen=True)
class Measure:
    """One measure of heat maps.

    name: in records; title, meaning: for readers.
    low: its lower limit, the upper being 1; best: which end is good; of_marks: whether images need boxes or masks.
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
            "Share of images in which the map's highest point lies inside the annotated finding.",
        ),
        Measure(
            NEAR, "Points at or near the finding",
            "Share of images in which the map's highest point lies inside the annotated finding or within 3 % of the "
            "image's side (15 pixels of 512): the pointing game with its authors' tolerance.",
        ),
        Measure(
            INSIDE, "Evidence inside the finding",
            "Share of all evidence for the label that lies inside the annotated finding.",
        ),
        Measure(
            OVERLAP, "Overlap with the finding",
            "Intersection over union of the annotated finding and the area in which the map exceeds a fixed share of "
            "its highest value.",
        ),
        Measure(
            PRECISION, "Average precision",
            "How well the map's values separate pixels inside the annotated finding from those outside, over all "
            "cut-offs.",
        ),
        Measure(
            GAIN, "Faithfulness",
            "Share of the evidence that is lost when the highlighted area (at most a fifth of the image) is blurred, "
            "and regained when only that area is shown. 1 is all of it; compare with the baselines without a model.",
            low=-1.0, of_marks=False,
        ),
        Measure(
            EMPTY, "Empty maps",
            "Share of maps that are empty although the finding is annotated or predicted.",
            best="low", of_marks=False,
        ),
        Measure(
            LIKENESS, "Similarity to an untrained network",
            "Rank correlation with the map of the same network with shuffled weights, where neither is empty. A high "
            "value means that the map does not show what the network learned.",
            low=-1.0, best="low", of_marks=False,
        ),
        Measure(
            BLANK, "Empty for an untrained network",
            "Share of maps that are empty with shuffled weights. On a fixed scale this is desirable: a network that "
            "has learned nothing has no evidence.",
            of_marks=False,
        ),
        Measure(
            PASSING, "Passes the quick check",
            "Share of the maps of findings that pass the quick check, which Diagnose makes before it shows a map. "
            "Empty maps are left out.",
            of_marks=False,
        ),
    )
}  # fmt: skip
"""By name, in the order in which they are shown."""

DECIDED = {
    NEAR: "share of maps that point at or near the finding",
    GAIN: "faithfulness",
}
"""The measures by which a method is recommended, the first that was taken, with their names in a sentence.

Pointing has its authors' tolerance: a reader looks at the highlighted point and around it, and a map of few cells
cannot be centred on a small finding."""
