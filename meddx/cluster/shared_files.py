"""Tell a file that no machine can read from one that the nodes of a cluster do not see."""

from collections.abc import Callable

from meddx.errors import Refused


def refuse_if_read_here(read: Callable[[], object]) -> None:
    """Raise Refused where this machine reads a file that a node could not.

    read: raises OSError or Refused where it cannot be read here either, as on one machine.
    """
    try:
        read()
    except (OSError, Refused):
        return
    raise Refused(
        "not-shared",
        "A node of the cluster cannot read an image that this machine reads: have the images in a folder that every "
        "node sees under the same path, or in a store that every node may read.",
    )
