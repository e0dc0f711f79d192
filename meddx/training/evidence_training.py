"""Train a network on what its explained map says of each place, beside its answer."""

import keras
import tensorflow as tf

from meddx.model.architectures import EXPLAINED_LAYER
from meddx.training.box_supervision import evidence_outside_boxes


def strength_of_evidence(features: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """Return (n,): the sum over labels of the mean size of the evidence of a place, in logit units.

    An L1 penalty on it leaves evidence only where it is needed (Djoumessi et al. 2023, MIDL, "Sparse activations for
    interpretable disease grading", section 2). features: (n, rows, columns, k) of the explained layer, averaged over
    places before the last layer; kernel: (k, labels) of that layer.
    """
    evidence = tf.einsum("nijk,kl->nijl", tf.cast(features, tf.float32), kernel)
    return tf.reduce_sum(tf.reduce_mean(tf.abs(evidence), axis=(1, 2)), axis=1)


class EvidenceTrained(keras.Model):  # type: ignore[misc]  # Keras has no types
    """A network with its explained map as second output, trained on labels and on the evidence of each place."""

    def learn_by(self, loss: keras.losses.Loss, *, box_weight: float = 0.0, sparsity: float = 0.0) -> None:
        """Set the loss to train with.

        loss: of the labels, with no reduction. box_weight: weight of the loss of misplaced evidence beside it;
        sparsity: weight of the strength of all evidence.
        """
        self._label_loss, self._box_weight, self._sparsity = loss, box_weight, sparsity

    def compute_loss(
        self,
        x: tf.Tensor,
        y: tf.Tensor | tuple[tf.Tensor, tf.Tensor],
        y_pred: tuple[tf.Tensor, tf.Tensor],
        sample_weight: tf.Tensor,
        training: bool = True,
    ) -> tf.Tensor:
        """Return the mean loss over images.

        y: targets, or (targets, cells inside) where boxes are learnt from; y_pred: (probabilities, features).
        """
        targets = y[0] if self._box_weight else y
        probabilities, features = y_pred
        kernel = self.get_layer("probabilities").kernel
        loss = self._label_loss(targets, probabilities)
        if self._box_weight:
            loss += self._box_weight * evidence_outside_boxes(features, kernel, targets, y[1])
        if self._sparsity:
            loss += self._sparsity * strength_of_evidence(features, kernel)
        return tf.reduce_mean(sample_weight * loss)


def evidence_trained(model: keras.Model) -> EvidenceTrained:
    """Return `model` with its explained map as second output; the layers are shared."""
    return EvidenceTrained(
        model.input, [model.output, model.get_layer(EXPLAINED_LAYER).output], name=f"{model.name}_evidence"
    )
