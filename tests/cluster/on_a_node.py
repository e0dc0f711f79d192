"""What nodes do in tests: they import it by this name."""

import os
import signal
import time

from meddx.errors import MeddxError, Refused


def squared(number):
    return number * number


def process_id(_):
    return os.getpid()


def end_replicas():
    from ray import serve

    serve.shutdown()


def slow(number):
    time.sleep(2)


def killed_once(piece):
    """Ends its process the first time."""
    number, folder = piece
    if number == 2 and not (folder / "killed").exists():
        (folder / "killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def killed_always(number):
    os.kill(os.getpid(), signal.SIGKILL)


def fails(why):
    raise {
        "refused": Refused("some-rule", "Some reason."),
        "error": MeddxError("Some error."),
        "other": ValueError("Doe^Jane 1950"),
    }[why]
