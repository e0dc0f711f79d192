"""Drop what nobody has used for a while, and give its memory back."""

import threading
from collections.abc import Sequence
from typing import Protocol

from meddx.engine.job_store import goes_on
from meddx.free_memory import release_free_memory

UNUSED_SECONDS = 120.0
"""As long as a reader may look at an image before the next click; and patients' images do not stay for long after their
sessions."""
_LOOK_SECONDS = 10.0


class Holder(Protocol):
    """What holds memory for the next request. Safe to use from many threads."""

    def drop_unused(self, seconds: float) -> int:
        """Drop what nobody has used for so many seconds and return how much that was, in pieces of any size."""


def drop_unused_until(ended: threading.Event, holders: Sequence[Holder]) -> None:
    """Look every few seconds, until the event is set; meant for a thread of a server."""
    while not ended.wait(_LOOK_SECONDS):
        with goes_on("what nobody uses could not be dropped"):
            if sum(holder.drop_unused(UNUSED_SECONDS) for holder in holders):
                release_free_memory()
