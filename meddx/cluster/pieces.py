"""Give the pieces of long work to the nodes of a Ray cluster and take the answers in order.

A piece is a Ray task on one core, or some. Ray repeats a task whose node or process was lost, on whatever node has
room; a node that is added gets its share, since a free core takes the next piece. What a piece needs for long (a loaded
model) stays in the process of the node that does it.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, TypeVar, cast

from meddx.cluster.installation import installation_digest
from meddx.cluster.node_work import MOST_TRIES, cluster_error, is_of_ray, raise_refusal, work_on_node

_Piece = TypeVar("_Piece")
_Answer = TypeVar("_Answer")

_BEAT_SECONDS = 0.2
_PIECES_AT_A_PLACE = 2
"""Pieces under way or waiting for each place where one can be done, so that no node waits for this machine."""


class Cluster:
    """The cluster that this process is connected to."""

    def map(
        self,
        function: Callable[[_Piece], _Answer],
        pieces: Iterable[_Piece],
        beat: Callable[[], None] = lambda: None,
        *,
        cores: int = 1,
    ) -> Iterator[_Answer]:
        """Yield function(piece) for every piece, in order, computed by the nodes: what `map` does, over machines.

        function: importable by its name on every node, where its arguments go as they are; equal calls must give equal
        answers, since a piece may be computed twice. beat: called several times a second while an answer is awaited;
        what it raises ends the work. cores: that a piece takes. Pieces are taken from the iterable as there is room for
        them. Whoever stops listening (close) takes back what no node has begun. Raises what the function raises,
        Refused or MeddxError; Refused where the cluster is lost or cannot do a piece.
        """
        import ray

        task = ray.remote(num_cpus=cores, max_calls=0, max_retries=MOST_TRIES - 1, retry_exceptions=False)(work_on_node)
        digest = installation_digest()
        todo = iter(pieces)
        ahead: deque[Any] = deque()
        try:
            while True:
                for piece in islice(todo, max(0, _room(cores) - len(ahead))):
                    ahead.append(task.remote(function, digest, piece))
                if not ahead:
                    return
                while not ray.wait([ahead[0]], timeout=_BEAT_SECONDS)[0]:
                    beat()
                answer = ray.get(ahead[0])
                ahead.popleft()
                raise_refusal(answer)
                yield cast(_Answer, answer)
        except Exception as error:
            if not is_of_ray(error):
                raise
            raise cluster_error(error) from error
        finally:
            for one in ahead:
                with suppress(Exception):  # the cluster may be gone
                    ray.cancel(one)


def _room(cores: int) -> int:
    """Return how many pieces may be under way; a cluster without a core, which may yet grow, is given some."""
    import ray

    return max(4, _PIECES_AT_A_PLACE * int(ray.cluster_resources().get("CPU", 0) // cores))
