"""A port on which a PACS delivers what it is asked for by C-MOVE: a Storage SCP as long as one retrieval lasts."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pynetdicom import AE, evt
from pynetdicom.events import Event

from meddx.errors import Refused
from meddx.network.pacs_config import DicomPacs, PacsConfig
from meddx.network.storage_classes import IMAGE_CLASSES, TRANSFER_SYNTAXES
from meddx.network.tls import server_context

_one_at_a_time = threading.Lock()
"""A PACS knows one port of this server."""
_NOT_AUTHORISED = 0x0124


@contextmanager
def receiving(pacs: DicomPacs, config: PacsConfig, keep: Callable[[Event], int]) -> Iterator[None]:
    """Take what this PACS sends to the port of its configuration, and nothing from others.

    keep: takes a file and returns the status that the PACS is told. Raises Refused where the port cannot be had.
    """
    assert pacs.move_port is not None, "asked by C-MOVE"
    entity = AE(config.ae_title)
    entity.require_called_aet = True
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = pacs.seconds
    for image in IMAGE_CLASSES:
        entity.add_supported_context(image, list(TRANSFER_SYNTAXES))

    def store(event: Event) -> int:
        sender = str(event.assoc.requestor.ae_title).strip()
        return keep(event) if sender == pacs.ae_title else _NOT_AUTHORISED

    if not _one_at_a_time.acquire(blocking=False):
        raise Refused("pacs-busy", f"Another study is being fetched from PACS {pacs.name}: try again when it is here.")
    try:
        try:
            server = entity.start_server(
                ("", pacs.move_port),
                block=False,
                ssl_context=None if config.tls is None else server_context(config.tls),
                evt_handlers=[(evt.EVT_C_STORE, store)],
            )
        except OSError:
            raise Refused(
                "pacs-port", f"Port {pacs.move_port} is taken, on which PACS {pacs.name} delivers: change move_port."
            ) from None
        assert server is not None, "it does not block"
        try:
            yield
        finally:
            entity.shutdown()
    finally:
        _one_at_a_time.release()
