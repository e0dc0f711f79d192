"""Serve a Service over HTTP on a Unix domain socket: `python -m meddx.engine.worker --socket PATH`.

Bodies are msgpack (meddx.engine.serialization). It ends when its standard input does, that is with the process that
started it.
"""

import argparse
import contextlib
import logging
import os
import sys
import threading
from pathlib import Path

from meddx.config import cluster_address
from meddx.confinement import leave_network
from meddx.engine.load_attempts import LoadAttempts

_log = logging.getLogger(__name__)

_KEEP_ALIVE_SECONDS = 60
_NICENESS = 10
"""Lowers the priority of this process below that of the web process, which must answer clicks promptly."""


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="meddx.engine.worker")
    parser.add_argument("--socket", type=Path, required=True, help="path of the Unix domain socket to listen on")
    socket: Path = parser.parse_args().socket
    logging.basicConfig(level=logging.INFO, format="%(asctime)s engine %(levelname)s %(message)s")
    attempts = LoadAttempts(socket.parent)
    threading.Thread(target=_end_with_parent, args=(socket, attempts), daemon=True).start()
    os.nice(_NICENESS)
    os.umask(0o077)  # whatever it writes is of patients
    if cluster_address() is not None:
        _log.warning("the engine stays on the network, as MEDDX_ENGINE has it ask a cluster; its decoders leave it")
    elif not leave_network():
        _log.warning("this system cannot keep the engine off the network")

    # Imports take seconds, in which a parent that goes must be noticed.
    import uvicorn

    from meddx.model.tensorflow_startup import start_tensorflow

    start_tensorflow()
    from meddx.engine.http_app import application
    from meddx.engine.service import Service

    service = Service(attempts=attempts, isolated=True, cluster=cluster_address())
    threading.Thread(target=service.warm, name="warming", daemon=True).start()
    threading.Thread(target=service.recover, name="recovery", daemon=True).start()
    threading.Thread(target=service.drop_unused, name="unused", daemon=True).start()
    uvicorn.run(
        application(service),
        uds=str(socket),
        access_log=False,
        log_level="warning",
        lifespan="off",
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )


def _end_with_parent(socket: Path, attempts: LoadAttempts) -> None:
    """Wait for the end of standard input, remove the socket and its folder, and exit."""
    sys.stdin.buffer.read()
    socket.unlink(missing_ok=True)
    attempts.forget()
    with contextlib.suppress(OSError):  # the supervisor removes it too, and others may keep something there
        socket.parent.rmdir()
    os._exit(0)


if __name__ == "__main__":
    main()
