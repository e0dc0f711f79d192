import numpy as np

from meddx.evaluate.confusion_matrix import binary_confusion, exclusive_confusion


def test_rows_are_the_truth_and_columns_the_most_probable_label():
    truth = [0, 0, 0, 1, 2]
    called = [0, 2, 2, 1, 0]
    probabilities = np.full((5, 3), 0.2)
    probabilities[np.arange(5), called] = 0.6
    targets = np.eye(3, dtype=bool)[truth]
    np.testing.assert_array_equal(exclusive_confusion(probabilities, targets), [[1, 0, 2], [0, 1, 0], [1, 0, 0]])


def test_a_score_at_the_threshold_is_called():
    scores = np.array([0.9, 0.5, 0.4, 0.5, 0.1, 0.2])
    positive = np.array([True, True, True, False, False, False])
    np.testing.assert_array_equal(binary_confusion(scores, positive, 0.5), [[2, 1], [1, 2]])
