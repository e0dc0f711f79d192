"""The sending side: results to a peer by C-STORE (PS3.4 B) as a Service Class User."""

from collections.abc import Mapping
from io import BytesIO

from pydicom import FileDataset, dcmread
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE

from meddx.errors import MeddxError
from meddx.network.association_deadline import association_deadline
from meddx.network.config_fields import Peer, Tls
from meddx.network.tls import client_context

_SECONDS = 30.0
_STORED = (0x0000, 0xB000, 0xB006, 0xB007)
"""Success, and the warnings with which a peer has stored the object, PS3.4 B.2.3."""


class PeerAway(MeddxError):
    """Raised where there is no association with a peer, which then takes nothing of anybody."""


def send_objects(
    files: Mapping[str, bytes], peer: Peer, ae_title: str, tls: Tls | None = None, seconds: float = _SECONDS
) -> None:
    """Send DICOM files to a peer in one association. files: name -> content. seconds: to wait for an answer.

    Raises MeddxError with a sentence without patient data where any of them was not stored, PeerAway where the peer
    was not asked to; sending all of them again does no harm, since their UIDs repeat.
    """
    objects = {name: dcmread(BytesIO(content)) for name, content in files.items()}
    entity = AE(ae_title)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = entity.connection_timeout = seconds
    for sop_class, syntax in sorted({(made.SOPClassUID, _offered(made)) for made in objects.values()}):
        entity.add_requested_context(sop_class, list(syntax))
    secured = None if tls is None else (client_context(tls), peer.host)
    with association_deadline(seconds, renewed=True) as handlers:
        association = entity.associate(
            peer.host, peer.port, ae_title=peer.ae_title, evt_handlers=handlers, tls_args=secured
        )
        if not association.is_established:
            rejected = association.is_rejected
            raise PeerAway(f"Peer {peer.name!r} {'rejected the association' if rejected else 'cannot be reached'}.")
        try:
            for name, made in objects.items():
                try:
                    status = association.send_c_store(made)
                except (ValueError, RuntimeError):  # no context for it, or the association is gone
                    raise MeddxError(f"Peer {peer.name!r} does not take {name}.") from None
                if "Status" not in status:
                    raise MeddxError(f"Peer {peer.name!r} did not answer in time.")
                if status.Status not in _STORED:
                    raise MeddxError(f"Peer {peer.name!r} did not store {name} (status 0x{status.Status:04X}).")
        finally:
            association.release()


def _offered(made: FileDataset) -> tuple[str, ...]:
    """Return the transfer syntaxes in which an object may go: a compressed one as it is."""
    own = made.file_meta.TransferSyntaxUID
    return (own,) if own.is_compressed else (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
