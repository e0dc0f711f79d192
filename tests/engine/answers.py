"""Images, and what Keras itself says of them."""

import keras
import numpy as np

from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.model.registry import installed_card
from tests.imaging.images import image_bytes


def images(count, modality="DX", **attributes):
    """Files of `count` different chest films."""
    return [
        image_bytes(
            np.random.default_rng(seed).integers(0, 4096, (90 + seed, 70)).astype(np.uint16),
            Modality=modality,
            BodyPartExamined="CHEST",
            BitsStored=12,
            **attributes,
        )
        for seed in range(count)
    ]


class Direct:
    """Probabilities of the model in `folder` from a plain Keras call and the card's temperature, nothing else."""

    def __init__(self, folder):
        self.card = installed_card(folder)
        self.model = keras.saving.load_model(folder / self.card.weights.file, compile=False)

    def __call__(self, data):
        """Label to probability for the image in `data`."""
        prepared, _ = model_input(read_image(data), self.card.input)
        said = np.asarray(self.model(prepared[np.newaxis]), np.float64)[0]
        if self.card.task == "exclusive":
            powers = said ** (1 / self.card.calibration.temperature)
            said = powers / powers.sum()
        else:
            said = 1 / (1 + ((1 - said) / said) ** (1 / self.card.calibration.temperature))
        return dict(zip([label.name for label in self.card.labels], said, strict=True))
