"""Read every image of a labelled set once: which cannot be read, which are the same, and their shapes."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.install.progress_report import StageReport
from meddx.types import Image, Refusal


@dataclass(frozen=True)
class SurveyedSet:
    """A labelled set whose images can all be read.

    images: in their order; copies of one image share a group, so that no split tears them apart.
    digests: of the pixels of each. shapes: (rows, columns) of each as shown. colour: whether any is in colour.
    copies: how many images equal an earlier one; across: how many of these are another patient's; conflicts: how many
    have another label.
    refused: case id -> why the image was left out.
    """

    images: LabelledSet
    digests: tuple[str, ...]
    shapes: tuple[tuple[int, int], ...]
    colour: bool
    copies: int
    across: int
    conflicts: int
    refused: Mapping[str, Refusal]

    @property
    def refused_rules(self) -> Mapping[str, int]:
        """Return how many images were left out by each rule."""
        return Counter(refusal.rule for refusal in self.refused.values())


def survey(images: LabelledSet, report: StageReport) -> SurveyedSet:
    """Return the set without the images that cannot be read. Raises Refused where none can."""
    kept, digests, shapes, refused = [], [], [], {}
    colour = False
    with report.stage("reading images", len(images)) as done:
        for row, case in enumerate(images.cases):
            try:
                image = case.image()
            except Refused as refusal:
                refused[case.id] = Refusal(refusal.rule, refusal.reason)
            else:
                kept.append(row)
                digests.append(pixel_digest(image))
                shapes.append((round(image.values.shape[0] * image.pixel_aspect), image.values.shape[1]))
                colour = colour or (image.is_colour and bool(np.ptp(image.values.astype(np.int16), axis=2).any()))
            done(row + 1)
    if not kept:
        why = next(iter(refused.values())).reason if refused else "It has none."
        raise Refused("no-image-read", f"None of the {len(images)} images of the set can be read. {why}")
    readable = images.subset(kept)
    first = {digest: row for row, digest in reversed(list(enumerate(digests)))}
    pairs = [(row, first[digest]) for row, digest in enumerate(digests) if first[digest] != row]
    cases = readable.cases
    return SurveyedSet(
        _together(readable, pairs),
        tuple(digests),
        tuple(shapes),
        colour,
        len(pairs),
        sum(cases[row].group != cases[other].group for row, other in pairs),
        sum(set(cases[row].labels) != set(cases[other].labels) for row, other in pairs),
        refused,
    )


def pixel_digest(image: Image) -> str:
    """Return a digest of an image's values, the same for the same picture in another file of the same bit depth."""
    values = np.ascontiguousarray(image.values)
    digest = hashlib.sha256(f"{values.shape} {values.dtype}".encode())
    digest.update(values.tobytes())
    return digest.hexdigest()[:32]


def _together(images: LabelledSet, pairs: list[tuple[int, int]]) -> LabelledSet:
    """Return the set with one group for the groups that share an image. pairs: rows of equal images."""
    parent: dict[str, str] = {}

    def root(group: str) -> str:
        while parent.get(group, group) != group:
            group = parent[group]
        return group

    for row, other in pairs:
        a, b = root(images.cases[row].group), root(images.cases[other].group)
        if a != b:
            parent[max(a, b)] = min(a, b)
    return LabelledSet(images.labels, tuple(replace(case, group=root(case.group)) for case in images.cases))
