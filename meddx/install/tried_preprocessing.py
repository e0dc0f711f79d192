"""What a comparison of ways to prepare images for a network found; plain data, which pages read too."""

from dataclasses import dataclass

from meddx.model.importing.found_model import Resize, Scaling

AS_GOOD = 0.02
"""Mean AUROC within which two ways tell the labels equally well; then the log loss decides."""
GOOD_LOSS = 0.05
"""Log loss in nats below which ways are equally good: where images are easy, a wrong scaling may only make surer."""


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


@dataclass(frozen=True)
class PreprocessingComparison:
    """What was tried on n images, the best first. same_shape: whether resizing makes no difference on these images."""

    n: int
    tried: tuple[TriedPreprocessing, ...]
    same_shape: bool

    @property
    def best(self) -> TriedPreprocessing:
        """Return the best way that a card can state: in RGB."""
        return next(one for one in self.tried if not one.reversed_channels)

    def of(self, scaling: Scaling, resize: Resize) -> TriedPreprocessing | None:
        """Return what was measured for one way, None where it was not tried."""
        for one in self.tried:
            if (one.scaling, one.resize, one.reversed_channels) == (scaling, resize, False):
                return one
        return None
