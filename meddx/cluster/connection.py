"""Connect this process to a Ray cluster."""

import logging
import os
import re
import socket
import threading

from meddx.cluster.pieces import Cluster
from meddx.errors import Refused
from meddx.optional_packages import require_installed

ADDRESS = "ray://HOST:10001, or HOST:6379 on a machine that is a node itself"
_ADDRESS = re.compile(r"(?:ray://)?([\w.-]+):(\d{1,5})")
_PATIENCE = 10.0
_connecting = threading.Lock()
_connected = ""
"""The address of the last connection."""
_connections = 0


def connections() -> int:
    """Return how often this process has connected: what belongs to an earlier connection is of no use any more."""
    return _connections


def cluster_at(address: str) -> Cluster:
    """Return the cluster at an address of `ray start`; the connection is made once and ends with this process.

    Raises Refused where ray is not installed, and where no cluster answers.
    """
    require_installed("cluster-packages", {"ray": "ray"}, "A cluster takes", "requirements-cluster.txt")
    named = _ADDRESS.fullmatch(address)
    if not named:
        raise Refused("cluster-address", f"{address!r:.80} is no address of a cluster; give {ADDRESS}.")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"  # else a call after the cluster is lost starts one on this machine
    import ray

    global _connected, _connections
    with _connecting:
        if ray.is_initialized() and _connected != address:
            ray.shutdown()
        if not ray.is_initialized():
            try:
                socket.create_connection((named[1], int(named[2])), _PATIENCE).close()  # ray itself waits for minutes
                ray.init(address, log_to_driver=False, logging_level=logging.ERROR, configure_logging=False)
            except (OSError, OverflowError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
                raise Refused(
                    "no-cluster",
                    f"No cluster answers at {address} ({type(error).__name__}): start one, or take its versions of "
                    "Python and ray and its token here (docs/cluster.md).",
                ) from error
            _connected, _connections = address, _connections + 1
    return Cluster()
