import json

import keras
import numpy as np
import pytest

from meddx.errors import Refused
from meddx.training.checkpoint import Checkpoint, TrainingState


def network(seed):
    """One layer that learns and one that draws at random."""
    keras.utils.set_random_seed(seed)
    image = keras.Input((3,))
    model = keras.Model(image, keras.layers.Dense(2)(keras.layers.Dropout(0.5, seed=seed)(image)))
    model.compile(keras.optimizers.Adam(0.1), "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def same(one, other):
    return all((a == b).all() for a, b in zip(one.get_weights(), other.get_weights(), strict=True))


def test_a_new_run_starts_at_0(tmp_path):
    progress = Checkpoint(tmp_path, "recipe").restore(network(1), network(1))
    assert (progress.recipe, progress.epochs, progress.best_epoch) == ("recipe", 0, 0)


def test_weights_random_state_and_progress_come_back(tmp_path):
    model, average = network(1), network(2)
    Checkpoint(tmp_path, "recipe").save(model, average, TrainingState("recipe", 3, 2, 0.5, [{"loss": 0.25}]))
    again, finished = network(3), network(4)
    progress = Checkpoint(tmp_path, "recipe").restore(again, finished)
    assert (progress.epochs, progress.best_epoch, progress.best_loss) == (3, 2, 0.5)
    assert progress.curve == [{"loss": 0.25}]
    assert same(again, model)
    assert same(finished, average)
    states = [np.asarray(of.layers[1].seed_generator.state) for of in (model, again)]
    np.testing.assert_array_equal(*states)


def test_the_best_weights_stay_those_of_the_best_epoch(tmp_path):
    checkpoint, first, second = Checkpoint(tmp_path, "recipe"), network(1), network(2)
    checkpoint.save(first, first, TrainingState("recipe", epochs=1, best_epoch=1))
    checkpoint.save(second, second, TrainingState("recipe", epochs=2, best_epoch=1))
    best = network(3)
    best.load_weights(checkpoint.best)
    assert same(best, first)
    assert {path.name for path in tmp_path.iterdir()} == {
        "best.weights.h5", "epoch-2.weights.h5", "finished-2.weights.h5", "progress.json",
    }  # fmt: skip


def test_a_run_killed_before_its_state_was_written_goes_on_from_the_epoch_before(tmp_path):
    checkpoint, first, second = Checkpoint(tmp_path, "recipe"), network(1), network(2)
    checkpoint.save(first, first, TrainingState("recipe", epochs=1, best_epoch=1))
    second.save_weights(tmp_path / "epoch-2.weights.h5")
    (tmp_path / "partial-progress.json").write_text("{")
    again = network(3)
    assert checkpoint.restore(again, network(3)).epochs == 1
    assert same(again, first)


def test_the_run_of_another_recipe_is_refused(tmp_path):
    (tmp_path / "progress.json").write_text(json.dumps({"recipe": "another"}))
    with pytest.raises(Refused, match="holds a run of another recipe") as refusal:
        Checkpoint(tmp_path, "recipe").restore(network(1), network(1))
    assert refusal.value.rule == "other-recipe"
