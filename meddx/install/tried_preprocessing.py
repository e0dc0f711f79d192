"""What a comparison of ways to prepare images for a network found; plain data, which pages read too."""

from dataclasses import dataclass
from typing import NamedTuple

from meddx.model.importing.found_model import ChannelOrder, Resize, Scaling

AS_GOOD = 0.02
"""Mean AUROC within which two ways tell the labels equally well; then the log loss decides."""
GOOD_LOSS = 0.05
"""Log loss in nats below which ways are equally good: where images are easy, a wrong scaling may only make surer."""


CLEARLY_HIGHER_LOSS = 1.25
"""Times the log loss of the best way, from which a way of equal AUROC is called worse."""


class Preprocessing(NamedTuple):
    """A way to prepare images for a network."""

    scaling: Scaling
    resize: Resize
    channel_order: ChannelOrder = "rgb"


@dataclass(frozen=True)
class TriedPreprocessing:
    """One way to prepare images, and how well the network then tells the labels.

    auroc: mean over labels; log_loss: mean cross-entropy in nats; best_order_auroc: mean AUROC were the labels named in
    the order that suits best, which shows a right preparation also where labels are swapped.
    reversed_channels: whether the network was given BGR.
    """

    scaling: Scaling
    resize: Resize
    auroc: float
    log_loss: float
    best_order_auroc: float
    reversed_channels: bool = False

    @property
    def way(self) -> Preprocessing:
        """Return what was tried."""
        return Preprocessing(self.scaling, self.resize, self.channel_order)

    @property
    def channel_order(self) -> ChannelOrder:
        """Return the order of the channels that the scaling was given."""
        return "bgr" if self.reversed_channels else "rgb"

    def is_clearly_worse(self, other: "TriedPreprocessing") -> bool:
        """Return whether another way tells the labels clearly better, in whatever order they are named."""
        if other.best_order_auroc > self.best_order_auroc + AS_GOOD:
            return True
        as_good = other.best_order_auroc >= self.best_order_auroc - AS_GOOD
        swapped = max(self.best_order_auroc - self.auroc, other.best_order_auroc - other.auroc) > AS_GOOD
        return as_good and not swapped and self.log_loss > CLEARLY_HIGHER_LOSS * max(other.log_loss, GOOD_LOSS)


@dataclass(frozen=True)
class PreprocessingComparison:
    """What was tried on n images, the best first. same_shape: whether resizing makes no difference on these images."""

    n: int
    tried: tuple[TriedPreprocessing, ...]
    same_shape: bool

    @property
    def best(self) -> TriedPreprocessing:
        """Return the best way: with reversed channels only where that is clearly better than every other."""
        return best_of(self.tried)

    def of(self, scaling: Scaling, resize: Resize, channel_order: ChannelOrder = "rgb") -> TriedPreprocessing | None:
        """Return what was measured for one way, None where it was not tried."""
        return next((one for one in self.tried if one.way == (scaling, resize, channel_order)), None)


def best_of(tried: tuple[TriedPreprocessing, ...]) -> TriedPreprocessing:
    """Return the best of some ways, which are in order, the best first; see PreprocessingComparison.best."""
    usual = next((one for one in tried if not one.reversed_channels), tried[0])
    return tried[0] if usual.is_clearly_worse(tried[0]) else usual
