"""Work on a node of the cluster, and bring what goes wrong there back as a sentence."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from meddx.cluster.installation import installation_digest
from meddx.errors import MeddxError, Refused, without_content

MOST_TRIES = 5
"""Times that a node or process may be lost over one piece: whatever ends it then is no chance."""
CLUSTER_LOST, ENDS_THE_PROCESS = "cluster-lost", "ends-the-process"


@dataclass(frozen=True)
class NodeRefusal:
    """An error of a node as plain data: exceptions of other machines may repeat what they read."""

    rule: str
    reason: str


def work_on_node(function: Callable[[Any], Any], digest: str, piece: Any) -> Any:  # noqa: ANN401 (whatever the function takes)
    """Return function(piece) on a node whose installation has this digest, else a NodeRefusal."""
    try:
        if installation_digest() != digest:
            raise Refused(
                "other-installation",
                "A node of the cluster has another meddx, other packages or another MEDDX_MAX_PIXELS than this "
                "machine: install the same on every node (docs/cluster.md).",
            )
        return function(piece)
    except Refused as refused:
        return NodeRefusal(refused.rule, refused.reason)
    except MeddxError as error:
        return NodeRefusal("", str(error))
    except Exception as error:
        failed = Refused("failed-piece", f"A node of the cluster failed ({without_content(error)}): report this.")
        return NodeRefusal(failed.rule, failed.reason)


def raise_refusal(answer: object) -> None:
    """Raise the Refused or MeddxError that a node answered, if it is one."""
    if isinstance(answer, NodeRefusal):
        raise Refused(answer.rule, answer.reason) if answer.rule else MeddxError(answer.reason)


def ends_the_process() -> Refused:
    """Return what to say of a piece over which as many processes ended as may be."""
    return Refused(
        ENDS_THE_PROCESS,
        f"{MOST_TRIES} processes or nodes of the cluster ended over the same piece: leave its images out, or see "
        "why they end.",
    )


def cannot_begin(error: Exception) -> Refused:
    """Return what to say of a node that fails before it does anything."""
    return Refused(
        "no-meddx-on-node",
        f"A node of the cluster cannot begin a piece ({type(error).__name__}): install meddx there as on this "
        "machine (docs/cluster.md).",
    )


def is_of_ray(error: Exception) -> bool:
    """Return whether Ray raised an error; a connection that this process gave up it names by a bare Exception."""
    import ray

    return isinstance(error, ray.exceptions.RayError | ConnectionError) or type(error) is Exception


def cluster_error(error: Exception) -> Refused:
    """Return what to say of an error of the cluster itself; where the connection is lost, it is given up."""
    import ray

    if isinstance(error, ray.exceptions.RayTaskError | ray.exceptions.RuntimeEnvSetupError):
        return cannot_begin(error)
    ended = ray.exceptions.WorkerCrashedError | ray.exceptions.NodeDiedError | ray.exceptions.OutOfMemoryError
    if isinstance(error, ended):
        return ends_the_process()
    with suppress(Exception):
        ray.shutdown()  # whoever asks next connects anew
    return cluster_lost(error)


def cluster_lost(error: Exception) -> Refused:
    """Return what to say of a connection that is lost."""
    return Refused(
        CLUSTER_LOST,
        f"The cluster does not answer any more ({type(error).__name__}): see that it runs, and start again.",
    )
