"""What a model folder says of the films that its model knows: how far a new one is from them, and which are like it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.errors import CardError, Refused
from meddx.evaluate.feature_statistics import FEATURES_FILE, FeatureStatistics, read_feature_statistics
from meddx.evaluate.neighbours import NEIGHBOURS_FILE, References, read_references
from meddx.model.card import Card
from meddx.types import Familiarity, Neighbour


@dataclass(frozen=True)
class Memory:
    """Either part may be missing. seen, in the methods: one film's mean features (k,) of each of `layers`."""

    statistics: FeatureStatistics | None
    references: References | None

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers whose mean features the methods want."""
        return tuple(part.layer for part in (self.statistics, self.references) if part is not None)

    def familiarity(self, seen: Sequence[NDArray[np.float32]]) -> Familiarity | None:
        """How far the film is from those of training."""
        if self.statistics is None:
            return None
        distance = self.statistics.distance(seen[0][np.newaxis])
        return Familiarity(float(distance[0]), self.statistics.threshold)

    def neighbours(self, seen: Sequence[NDArray[np.float32]]) -> tuple[Neighbour, ...]:
        """The recorded cases nearest to the film."""
        return () if self.references is None else self.references.nearest(seen[-1])


NO_MEMORY = Memory(None, None)


def read_memory(folder: Path, card: Card) -> Memory:
    """What the folder holds. Raises CardError for a file that is broken or belongs to other weights."""
    sha256 = card.weights.sha256
    features, neighbours = folder / FEATURES_FILE, folder / NEIGHBOURS_FILE
    try:
        return Memory(
            read_feature_statistics(features, sha256) if features.exists() else None,
            read_references(neighbours, sha256) if neighbours.exists() else None,
        )
    except Refused as refused:
        raise CardError(f"{card.id}: {refused.reason}") from refused
