"""Have a question answered at once by processes of a Ray cluster that stay: the replicas of Ray Serve.

Serve keeps a replica on one core, adds others on free cores while many ask, and replaces those that are lost. Its HTTP
is off. A machine in front asks through a process of its own on the cluster, the gateway: Serve's handle is meant for
processes of the cluster, and through Ray's client it takes longer and logs errors that are none.
"""

import logging
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar, cast

from meddx.cluster.connection import cluster_at, connections
from meddx.cluster.installation import installation_digest
from meddx.cluster.node_work import (
    CLUSTER_LOST,
    MOST_TRIES,
    cannot_begin,
    cluster_error,
    cluster_lost,
    ends_the_process,
    is_of_ray,
    raise_refusal,
    work_on_node,
)
from meddx.errors import Refused
from meddx.optional_packages import require_installed

_Question = TypeVar("_Question")
_Answer = TypeVar("_Answer")

PATIENCE = 90.0
"""Seconds that a question waits for a free core, or for a replica that is lost to be replaced."""
_HOP = 5.0
"""Seconds more in which the gateway's own answer arrives."""
_APPLICATION = "meddx"
_RUNS = ("RUNNING", "DEPLOYING", "UNHEALTHY")
"""States of the replicas in which Serve sees to them."""
_AT_ONCE = 64
"""Questions that a gateway has under way."""
_AUTOSCALING = {
    "min_replicas": 1,
    "max_replicas": _AT_ONCE,  # those for which there is no core wait for one
    "target_ongoing_requests": 1,
    "metrics_interval_s": 1,
    "look_back_period_s": 3,
    "upscale_delay_s": 2,
    "downscale_delay_s": 60,
}


class Replicas:
    """The replicas of the cluster at an address, which is connected to when first asked.

    prepare: called once by each replica before it is asked. Safe to use from many threads; close() after use.
    """

    def __init__(self, address: str, prepare: Callable[[], None]) -> None:
        self._address, self._prepare = address, prepare
        self._opening = threading.Lock()
        self._gateway: Any = None
        self._connection = 0

    def ask(self, function: Callable[[_Question], _Answer], question: _Question) -> _Answer:
        """Return function(question), computed by a replica.

        function: importable by its name on every node; equal calls must give equal answers, since a question is asked
        again where a replica is lost over it. Raises what the function raises, Refused or MeddxError; Refused where the
        cluster is lost or has no core for a replica.
        """
        try:
            return self._ask(function, question)
        except Refused as refused:
            if refused.rule != CLUSTER_LOST:
                raise
        return self._ask(function, question)  # it may have been started anew since it was last asked

    def close(self) -> None:
        """End this machine's gateway; the replicas stay for others."""
        with self._opening:
            if self._gateway is not None:
                import ray

                with suppress(Exception):  # the cluster may be gone
                    ray.kill(self._gateway)
            self._gateway = None

    def _ask(self, function: Callable[[_Question], _Answer], question: _Question) -> _Answer:
        gateway = self._opened()
        import ray

        try:
            asked = gateway.ask.remote(function, installation_digest(), question, PATIENCE)
            try:
                answer = ray.get(asked, timeout=PATIENCE + _HOP)
            except ray.exceptions.GetTimeoutError:
                ray.cancel(asked)
                raise _no_replica(PATIENCE) from None
        except Exception as error:
            if not is_of_ray(error):
                raise
            with self._opening:
                is_ours = self._gateway is gateway
                self._gateway = None if is_ours else self._gateway
                if not is_ours or isinstance(error, ray.exceptions.RayActorError):
                    raise cluster_lost(error) from error  # the connection is another's, or is not what failed
                raise cluster_error(error) from error
        raise_refusal(answer)
        return cast(_Answer, answer)

    def _opened(self) -> Any:  # noqa: ANN401 (ray has no type for it)
        with self._opening:
            cluster_at(self._address)
            if self._gateway is None or self._connection != connections():
                import ray

                warnings.filterwarnings("ignore", "More than 10MB of messages", UserWarning)  # one image is 0.6 MB
                gateway = ray.remote(
                    num_cpus=0, max_restarts=-1, max_task_retries=MOST_TRIES - 1, max_concurrency=_AT_ONCE
                )(_Gateway)
                self._gateway, self._connection = gateway.remote(self._prepare), connections()
            return self._gateway


class _Gateway:
    """The process of the cluster through which one machine in front asks the replicas."""

    def __init__(self, prepare: Callable[[], None]) -> None:
        self._prepare = prepare
        self._starting = threading.Lock()
        self._replicas: Any = None

    def ask(self, function: Callable[[Any], Any], digest: str, question: Any, patience: float) -> Any:  # noqa: ANN401
        """Return what a replica answers; where it is lost, what another one does."""
        return work_on_node(partial(self._ask, patience), digest, (function, digest, question))

    def _ask(self, patience: float, asked: tuple[Callable[[Any], Any], str, Any]) -> Any:  # noqa: ANN401
        replicas = self._started()
        from ray.exceptions import RayActorError
        from ray.serve.exceptions import RayServeException

        for _ in range(MOST_TRIES):
            response = replicas.remote(*asked)
            try:
                return response.result(timeout_s=patience)
            except RayActorError:
                continue
            except TimeoutError as error:
                response.cancel()  # nobody waits for it any more
                raise _no_replica(patience) from error
            except RayServeException as error:
                self._replicas = None
                raise cannot_begin(error) from error
        raise ends_the_process()

    def _started(self) -> Any:  # noqa: ANN401
        with self._starting:
            if self._replicas is None:
                require_installed(
                    "cluster-packages",
                    {"fastapi": "ray[serve]"},
                    "Answers by a cluster take",
                    "requirements-cluster.txt",
                )
                self._replicas = _start(self._prepare)
            return self._replicas


class _Replica:
    """A process with a core of its own that answers one question at a time."""

    def __init__(self, prepare: Callable[[], None]) -> None:
        self._at_work = threading.Lock()
        prepare()

    def __call__(self, function: Callable[[Any], Any], digest: str, question: Any) -> Any:  # noqa: ANN401
        """Return function(question), or why not."""
        with self._at_work:  # Serve calls in several threads
            return work_on_node(function, digest, question)


def _start(prepare: Callable[[], None]) -> Any:  # noqa: ANN401
    """Return Serve's handle of the replicas, which are started where they do not run."""
    from ray import serve
    from ray.serve.schema import LoggingConfig

    serve.start(proxy_location="Disabled")
    running = serve.status().applications.get(_APPLICATION)
    if running is None or running.status not in _RUNS:
        replica = serve.deployment(
            _Replica,
            max_ongoing_requests=2,  # one is answered, the other is there when that is done
            autoscaling_config=_AUTOSCALING,
            health_check_period_s=2,
            ray_actor_options={"num_cpus": 1},
            logging_config=LoggingConfig(enable_access_log=False, log_level=logging.WARNING),
        )
        serve.run_many(
            [serve.RunTarget(replica.bind(prepare), _APPLICATION, route_prefix=None)],
            wait_for_applications_running=False,
        )
    return serve.get_app_handle(_APPLICATION)


def _no_replica(patience: float) -> Refused:
    return Refused(
        "no-replica",
        f"No core of the cluster was free for an answer within {patience:.0f} seconds: see that its nodes run and that "
        "it has two cores or more, then ask again.",
    )
