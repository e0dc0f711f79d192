"""A PACS by DICOM: search by C-FIND, retrieval by C-GET or C-MOVE (PS3.4 C), results by C-STORE, as a user."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydicom import Dataset, uid
from pynetdicom import AE, build_context, build_role, evt
from pynetdicom.association import Association
from pynetdicom.events import Event
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import (  # type: ignore[attr-defined]  # made at run time
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
    Verification,
)

from meddx.errors import MeddxError, Refused
from meddx.imaging.decoder_logging import silence_decoding_libraries
from meddx.network.association_deadline import association_deadline
from meddx.network.identifiers import identifier, plain_answer
from meddx.network.move_receiver import receiving
from meddx.network.pacs_config import DicomPacs, PacsConfig
from meddx.network.pacs_studies import (
    MOST_STUDIES,
    SERIES_KEYWORDS,
    STUDY_KEYWORDS,
    FoundSeries,
    FoundStudy,
    StudyQuery,
    found_series,
    found_studies,
)
from meddx.network.sender import send_objects
from meddx.network.storage_classes import IMAGE_CLASSES
from meddx.network.tls import client_context

_ANSWER_BYTES = 16 << 20
"""Of a list of studies or series."""
_HEADER_BYTES = 1 << 20
_PENDING = (0xFF00, 0xFF01)
_SUCCESS, _OUT_OF_RESOURCES, _SOME_FAILED = 0x0000, 0xA700, 0xB000
_ENCODINGS = (
    (uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian, uid.DeflatedExplicitVRLittleEndian),
    (uid.JPEGLosslessSV1, uid.JPEGLossless),
    (uid.JPEGLSLossless, uid.JPEGLSNearLossless),
    (uid.JPEG2000Lossless, uid.JPEG2000),
    (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit),
)
"""A presentation context of each class for each of these, so that a PACS can send what it holds: of one context it
accepts one encoding alone, and an association has 128 contexts at most (PS3.8 9.3.2.2)."""
logging.getLogger("pynetdicom").setLevel(logging.CRITICAL + 1)  # it repeats what is searched and found


class DicomArchive:
    """A PACS that is asked by DICOM. Its methods raise Refused with one sentence without patient data."""

    def __init__(self, pacs: DicomPacs, config: PacsConfig) -> None:
        self._pacs, self._config = pacs, config
        silence_decoding_libraries()

    def search(self, query: StudyQuery) -> list[FoundStudy]:
        """Return the studies that match, MOST_STUDIES + 1 at most."""
        matching = query.matching()
        asked = {**dict.fromkeys(STUDY_KEYWORDS, ""), **matching, "QueryRetrieveLevel": "STUDY"}
        return found_studies(self._find(asked), matching)

    def series(self, study: str) -> list[FoundSeries]:
        """Return the series of a study."""
        asked = {**dict.fromkeys(SERIES_KEYWORDS, ""), "StudyInstanceUID": study, "QueryRetrieveLevel": "SERIES"}
        return found_series(self._find(asked, most=None))

    def files(self, study: str, series: str, room: int, stop: threading.Event) -> Iterator[bytes]:
        """Return the files of a series as they come, none of them read. room: bytes that may be taken."""
        taken, arrived = 0, deque[bytes]()
        taking = threading.Lock()

        def keep(event: Event) -> int:  # of several associations at once where they come by C-MOVE
            nonlocal taken
            data = event.encoded_dataset()
            with taking:
                taken += len(data)
                if taken > room or stop.is_set():
                    return _OUT_OF_RESOURCES
                arrived.append(data)
                return _SUCCESS

        with self._retrieving(study, series, room, keep) as statuses:
            for status in statuses:
                while arrived:
                    yield arrived.popleft()
                if stop.is_set():
                    raise Refused(
                        "stopped", f"Stopped before PACS {self._pacs.name} had sent everything: open the study again."
                    )
                if taken > room:
                    raise self._too_large()
                self._require(status)

    @contextmanager
    def _retrieving(
        self, study: str, series: str, room: int, keep: Callable[[Event], int]
    ) -> Iterator[Iterator[Dataset]]:
        """Yield the statuses of a retrieval, by C-GET, or by C-MOVE where the configuration names a port for it."""
        asked = identifier({"QueryRetrieveLevel": "SERIES", "StudyInstanceUID": study, "SeriesInstanceUID": series})
        if self._pacs.move_port is None:
            get = StudyRootQueryRetrieveInformationModelGet
            contexts = [build_context(get)]
            contexts += [build_context(kind, list(syntaxes)) for kind in IMAGE_CLASSES for syntaxes in _ENCODINGS]
            with self._associated(contexts, room + _HEADER_BYTES, keep) as association:
                yield (status for status, _ in association.send_c_get(asked, get))
            return
        move = StudyRootQueryRetrieveInformationModelMove
        with (
            receiving(self._pacs, self._config, study, keep),
            self._associated([build_context(move)], _ANSWER_BYTES, renewed=True) as association,
        ):
            yield (status for status, _ in association.send_c_move(asked, self._config.ae_title, move))

    def echo(self) -> None:
        """Raise Refused unless the PACS answers (C-ECHO)."""
        with self._associated([build_context(Verification)], _ANSWER_BYTES) as association:
            self._require(association.send_c_echo())

    def store(self, objects: Mapping[str, bytes]) -> None:
        """Store DICOM objects, name -> content. Raises Refused unless the PACS confirms each."""
        try:
            send_objects(objects, self._pacs, self._config.ae_title, self._config.tls, self._pacs.seconds)
        except OSError:
            raise self._no_certificates() from None
        except MeddxError as error:
            raise Refused(
                "pacs-not-stored", f"{str(error).rstrip('.')}: send the results again, which does not double any."
            ) from None

    def _find(self, asked: Mapping[str, str], most: int | None = MOST_STUDIES + 1) -> list[object]:
        answers = list[object]()
        model = StudyRootQueryRetrieveInformationModelFind
        with self._associated([build_context(model)], _ANSWER_BYTES) as association:
            for status, answer in association.send_c_find(identifier(asked), model):
                self._require(status)
                if answer is not None:
                    answers.append(plain_answer(answer))
                if most is not None and len(answers) >= most:
                    break
        return answers

    @contextmanager
    def _associated(
        self,
        contexts: list[PresentationContext],
        most_bytes: int,
        keep: Callable[[Event], int] | None = None,
        *,
        renewed: bool = False,
    ) -> Iterator[Association]:
        """Yield an association, and end it.

        most_bytes: that come in all, and with `keep`, which takes a file, between two files; beyond them the connection
        is closed. So it is after the seconds of the PACS, with `keep` or `renewed` those without a PDU.
        """
        pacs, config = self._pacs, self._config
        entity = AE(config.ae_title)
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = pacs.seconds
        entity.connection_timeout = min(pacs.seconds, 10.0)
        coming = 0

        def count(event: Event) -> None:
            nonlocal coming
            coming += len(event.data)
            if coming > most_bytes and event.assoc.dul.socket is not None:
                event.assoc.dul.socket.close()

        def begin_anew(event: Event) -> None:
            nonlocal coming
            coming = 0

        handlers: list[Any] = [(evt.EVT_DATA_RECV, count)]
        if keep is not None:
            handlers += [(evt.EVT_DIMSE_RECV, begin_anew), (evt.EVT_C_STORE, keep)]
        roles = [build_role(kind, scp_role=True) for kind in IMAGE_CLASSES] if keep is not None else []
        try:
            secured = None if config.tls is None else (client_context(config.tls), pacs.host)
        except OSError:
            raise self._no_certificates() from None
        with association_deadline(pacs.seconds, renewed=renewed or keep is not None) as ends:
            association = entity.associate(
                pacs.host,
                pacs.port,
                contexts,
                pacs.ae_title,
                ext_neg=list(roles),
                evt_handlers=handlers + ends,
                tls_args=secured,
            )
            if not association.is_established:
                how = "does not know this server" if association.is_rejected else "cannot be reached"
                raise Refused("pacs-unreachable", f"PACS {pacs.name} {how}: try again, or ask who runs it.")
            try:
                yield association
            except (ValueError, RuntimeError, Refused) as error:
                if coming > most_bytes:
                    raise self._too_large() from None
                if isinstance(error, Refused):
                    raise
                # no context for what is asked
                raise Refused(
                    "pacs-answer",
                    f"PACS {pacs.name} does not offer what it is asked for: use its DICOMweb, or for one without C-GET "
                    "set move_port.",
                ) from None
            finally:
                association.abort()  # at once: whoever stops does not wait for what is still coming

    def _require(self, status: Dataset) -> None:
        """Raise Refused unless a status says that the answer goes on or is whole."""
        name, code = f"PACS {self._pacs.name}", status.get("Status")
        if code is None:
            raise Refused("pacs-timeout", f"{name} gave no further answer: try again.")
        again = "try again, or ask who runs it."
        if code == _SOME_FAILED:
            failed = status.get("NumberOfFailedSuboperations") or "some"
            raise Refused("pacs-incomplete", f"{name} could not send {failed} of the images: {again}")
        if code not in (*_PENDING, _SUCCESS):
            raise Refused("pacs-status", f"{name} answered with an error (0x{code:04X}): {again}")

    def _no_certificates(self) -> Refused:
        return Refused("pacs-config", f"The certificates for PACS {self._pacs.name} cannot be read: correct tls.")

    def _too_large(self) -> Refused:
        return Refused(
            "pacs-too-large",
            f"The answer of PACS {self._pacs.name} is larger than may be taken: narrow the search, or remove images "
            "from the list first.",
        )
