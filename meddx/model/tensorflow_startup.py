"""Starting of TensorFlow without the messages that its C++ code prints during the import."""

import os
import sys
import tempfile


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
