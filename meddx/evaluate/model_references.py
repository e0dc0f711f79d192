"""Compare a new image with those a model knows: its distance from the training images, and similar cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.errors import CardError, Refused
from meddx.evaluate.image_layout import image_layout
from meddx.evaluate.ood_detector import FEATURES_FILE, OodDetector, read_ood_detector
from meddx.evaluate.reference_cases import REFERENCE_CASES_FILE, ReferenceCases, read_reference_cases
from meddx.model.card import Card, Input
from meddx.types import OodScore, SimilarCase


@dataclass(frozen=True)
class ModelReferences:
    """The feature statistics and reference cases of a model; either may be missing.

    features, in the methods: of one image and each of `layers`, mean and standard deviation over positions (2, k).
    """

    statistics: OodDetector | None = None
    cases: ReferenceCases | None = None

    @property
    def layers(self) -> tuple[str, ...]:
        """Return the names of the layers whose features the methods need."""
        return tuple(part.layer for part in (self.statistics, self.cases) if part is not None)

    def ood(
        self, features: Sequence[NDArray[np.float32]], prepared: NDArray[np.float32], spec: Input
    ) -> OodScore | None:
        """Return the image's distance from the training images, or None without statistics.

        prepared: the network's input (height, width, channels), in the range of spec.
        """
        if self.statistics is None:
            return None
        joined = self.statistics.features(features[0][np.newaxis], image_layout(prepared[np.newaxis], spec))
        return OodScore(float(self.statistics.distance(joined)[0]), self.statistics.threshold)

    def similar_cases(self, features: Sequence[NDArray[np.float32]]) -> tuple[SimilarCase, ...]:
        """Return the reference cases nearest to the image."""
        return () if self.cases is None else self.cases.nearest(features[-1][0])


def read_model_references(folder: Path, card: Card) -> ModelReferences:
    """Return the references in a model folder.

    Raises CardError for a file that is broken or belongs to other weights.
    """
    sha256 = card.weights.sha256
    statistics, cases = folder / FEATURES_FILE, folder / REFERENCE_CASES_FILE
    try:
        return ModelReferences(
            read_ood_detector(statistics, sha256) if statistics.exists() else None,
            read_reference_cases(cases, sha256) if cases.exists() else None,
        )
    except Refused as refused:
        raise CardError(f"{card.id}: {refused.reason}") from refused
