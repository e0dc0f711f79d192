"""The receiving side of the node: C-ECHO and C-STORE as a Service Class Provider (PS3.4 A and B)."""

import hashlib
import logging
import re
import sqlite3

from pynetdicom import AE, evt
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]  # made at run time
from pynetdicom.transport import ThreadedAssociationServer

from meddx.network.node_audit import NotRecorded, record_film
from meddx.network.node_config import NodeConfig
from meddx.network.node_folder import NodeFolder
from meddx.network.node_queue import NodeQueue
from meddx.network.storage_classes import IMAGE_CLASSES, TRANSFER_SYNTAXES
from meddx.network.tls import server_context

_log = logging.getLogger(__name__)
SUCCESS, NOT_AUTHORISED, OUT_OF_RESOURCES, CANNOT_UNDERSTAND = 0x0000, 0x0124, 0xA700, 0xC000
"""Status codes of C-STORE, PS3.4 B.2.3 and PS3.7 C.5.7."""
_MOST_ASSOCIATIONS = 32
_LONGEST_PDU = 1 << 17
"""Bytes; as many as dcmtk sends at once. Of pynetdicom's 16 kB a film needs eight times as many, each with its work."""
_UID = re.compile(r"[0-9.]{1,64}")


class Receiver:
    """Takes films of allowed senders. A film is acknowledged once its file and its row in the queue are on the disk.

    Raises OSError where the address cannot be had.
    """

    def __init__(self, config: NodeConfig, queue: NodeQueue, folder: NodeFolder) -> None:
        self._config, self._queue, self._folder = config, queue, folder
        entity = AE(config.ae_title)
        entity.require_called_aet = True
        entity.require_calling_aet = sorted({one.ae_title for one in config.allowed})
        entity.maximum_associations = _MOST_ASSOCIATIONS
        entity.maximum_pdu_size = _LONGEST_PDU
        entity.add_supported_context(Verification)
        for image in IMAGE_CLASSES:
            entity.add_supported_context(image, list(TRANSFER_SYNTAXES))
        self._entity = entity
        self._server: ThreadedAssociationServer | None = entity.start_server(
            (config.host, config.port),
            block=False,
            ssl_context=None if config.tls is None else server_context(config.tls),
            evt_handlers=[(evt.EVT_C_ECHO, self._echo), (evt.EVT_C_STORE, self._store)],
        )

    def close(self) -> None:
        """Take nothing more; what is being taken is given up, and its sender is not told that it is here."""
        self._entity.shutdown()

    def _echo(self, event: Event) -> int:
        return SUCCESS if self._is_allowed(event) else NOT_AUTHORISED

    def _store(self, event: Event) -> int:
        if not self._is_allowed(event):
            _log.warning("a film was refused: address and AE title of its sender are not allowed together")
            return NOT_AUTHORISED
        try:
            data = event.encoded_dataset()
            uids = _uids(event)
        except Exception:  # whatever is wrong with it, and without its text, which may hold a name
            return CANNOT_UNDERSTAND
        if not all(map(_UID.fullmatch, uids)):
            return CANNOT_UNDERSTAND
        try:
            digest = hashlib.sha256(data).hexdigest()
            requestor = event.assoc.requestor
            sender = str(requestor.ae_title).strip()
            with self._folder.keeping_film(digest, data):
                record_film("film-received", sha256=digest, subject=sender, address=requestor.address or "")
                self._queue.add_film(*uids, digest, sender)
        except (OSError, sqlite3.Error, NotRecorded) as error:
            _log.error("a film could not be kept and was not acknowledged: %s", type(error).__name__)
            return OUT_OF_RESOURCES
        return SUCCESS

    def _is_allowed(self, event: Event) -> bool:
        title, address = str(event.assoc.requestor.ae_title).strip(), event.assoc.requestor.address
        return any(one.ae_title == title and one.address in ("", address) for one in self._config.allowed)


def _uids(event: Event) -> tuple[str, str]:
    """Return SOP and Study Instance UID; a film that states no study is one by itself."""
    assert isinstance(event.request, C_STORE)
    film = str(event.request.AffectedSOPInstanceUID)
    return film, str(event.dataset.get("StudyInstanceUID") or "") or film
