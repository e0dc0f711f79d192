"""A port on which a PACS delivers what it is asked for by C-MOVE: a Storage SCP as long as one retrieval lasts."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pynetdicom import AE, evt
from pynetdicom.events import Event

from meddx.errors import Refused
from meddx.imaging.dataset import read_elements
from meddx.imaging.patient_facts import header_text
from meddx.network.pacs_config import DicomPacs, PacsConfig
from meddx.network.storage_classes import IMAGE_CLASSES, TRANSFER_SYNTAXES
from meddx.network.tls import server_context

_one_at_a_time = threading.Lock()
"""A PACS knows one port of this server."""
_NOT_AUTHORISED = 0x0124
_MOST_ASSOCIATIONS = 8
"""Some PACS send a study over several."""


@contextmanager
def receiving(pacs: DicomPacs, config: PacsConfig, study: str, keep: Callable[[Event], int]) -> Iterator[None]:
    """Take the files of a study that this PACS sends to the port of its configuration, and nothing else.

    keep: takes a file and returns the status that the PACS is told, on several threads at once. Raises Refused where
    the port cannot be had.
    """
    assert pacs.move_port is not None, "asked by C-MOVE"
    entity = AE(config.ae_title)
    entity.require_called_aet = True
    entity.require_calling_aet = [pacs.ae_title]
    entity.maximum_associations = _MOST_ASSOCIATIONS
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = pacs.seconds
    for image in IMAGE_CLASSES:
        entity.add_supported_context(image, list(TRANSFER_SYNTAXES))

    def store(event: Event) -> int:
        return keep(event) if _is_of(event.encoded_dataset(), study) else _NOT_AUTHORISED

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


def _is_of(data: bytes, study: str) -> bool:
    """Return whether a file is of a study; so is one that cannot be read, which shows no image and says why."""
    try:
        elements, _ = read_elements(data)
    except Refused:
        return True
    return header_text(elements, "StudyInstanceUID") == study
