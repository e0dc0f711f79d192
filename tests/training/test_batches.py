import numpy as np

from meddx.model.card import Input
from meddx.training.batches import training_batches
from meddx.training.recipe import Fitting


def test_a_whole_last_batch_begins_again_with_the_first_images():
    inputs = np.arange(10, dtype=np.float16).reshape(10, 1, 1, 1) / 10
    spec = Input(height=1, width=1, channels=1, low=0.0, high=1.0, resize="stretch")
    fitting = Fitting(architecture="plain_cnn", epochs=1, batch=4)

    def seen(whole):
        batches = training_batches(
            inputs,
            np.ones((10, 1), bool),
            np.arange(10, dtype=np.float32),
            spec=spec,
            fitting=fitting,
            epoch=0,
            whole=whole,
        )
        return [np.asarray(weights).astype(int).tolist() for _, _, weights in batches]

    short, full = seen(whole=False), seen(whole=True)
    assert [len(batch) for batch in short] == [4, 4, 2]
    assert full == [*short[:2], short[2] + short[0][:2]]
