"""Starting of TensorFlow without the messages that its C++ code prints during the import."""

import os
import sys
import tempfile
from contextlib import suppress

from meddx.model.inference.evidence import cores

_MOST_AT_ONCE = 16


def start_tensorflow() -> None:
    """Import TensorFlow with Keras on top, its messages below errors silenced.

    Takes seconds; a second call imports nothing again. What is printed meanwhile is shown only when the import fails.
    """
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    shown = os.dup(2)
    with tempfile.TemporaryFile() as unwanted:
        os.dup2(unwanted.fileno(), 2)
        try:
            import keras  # noqa: F401
            import tensorflow as tf
        except BaseException:
            unwanted.seek(0)
            os.write(shown, unwanted.read())
            raise
        finally:
            os.dup2(shown, 2)
            os.close(shown)
    tf.get_logger().setLevel("ERROR")


def start_tensorflow_on_single_cores() -> int:
    """Import TensorFlow, have each operation computed on one core, and return how many run at a time.

    As many as there are cores, up to 16: each may be of a batch of its own, which takes memory.
    """
    at_once = min(cores(), _MOST_AT_ONCE)
    start_tensorflow_on_cores(1, at_once)
    return at_once


def start_tensorflow_on_cores(an_operation: int, at_once: int) -> None:
    """Import TensorFlow and have it compute an operation on so many cores, and so many operations at once.

    Where an operation has one core, its sums are added in the same order on every machine of the same kind; on more, a
    long one is added in parts, and ends in other digits. Without effect in a process where TensorFlow computed before.
    """
    start_tensorflow()
    import tensorflow as tf

    with suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(an_operation)
        tf.config.threading.set_inter_op_parallelism_threads(at_once)
