"""A PACS by DICOMweb: search by QIDO-RS, retrieval by WADO-RS, results by STOW-RS (PS3.18 10), as a user agent."""

import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from io import BytesIO

import requests
from dicomweb_client.web import DICOMwebClient
from pydicom import dcmread
from requests.auth import AuthBase, HTTPBasicAuth

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import UNREADABLE_FILE
from meddx.imaging.decoder_logging import silence_decoding_libraries
from meddx.network.dicomweb_failures import refusal_of
from meddx.network.http_limits import Limits, limited_session
from meddx.network.multipart import boundary_of, parts
from meddx.network.pacs_config import DicomwebPacs
from meddx.network.pacs_studies import (
    MOST_STUDIES,
    SERIES_KEYWORDS,
    STUDY_KEYWORDS,
    FoundSeries,
    FoundStudy,
    StudyQuery,
    found_instances,
    found_series,
    found_studies,
)

_ANSWER_BYTES = 16 << 20
"""Of a list of studies or series, or of what a PACS says of stored objects."""
_LIST_BYTES, _MOST_BYTES = 256 << 20, 2 << 30
"""Of a list of the instances of a series, and of one film."""
_LETTERS, _SIGNS = re.compile(r"[^\x00-\x7f]+"), re.compile(r"[^A-Za-z0-9*]")
_CONNECT_SECONDS = 10.0
_NO_STUDY = "2.25.0"
_CHUNK_BYTES = 1 << 18
_HEADER_BYTES = 1 << 20
_ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*'
"""As the PACS holds them (PS3.18 8.7.3.5.2): the engine decodes what it can read, and says what it cannot."""
for _name in ("dicomweb_client", "urllib3", "requests", "retrying"):  # they repeat addresses, which hold the search
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


class DicomwebArchive:
    """A PACS that is asked by DICOMweb. Its methods raise Refused with one sentence without patient data."""

    def __init__(self, pacs: DicomwebPacs) -> None:
        self._pacs = pacs

    def search(self, query: StudyQuery) -> list[FoundStudy]:
        """Return the studies that match, MOST_STUDIES + 1 at most."""
        matching = query.matching()
        with self._client(Limits(_ANSWER_BYTES, self._pacs.seconds)) as client:
            answers = client.search_for_studies(
                limit=MOST_STUDIES + 1, fields=list(STUDY_KEYWORDS), search_filters=_plain_name(matching)
            )
            return found_studies(_listed(answers), matching)[: MOST_STUDIES + 1]

    def series(self, study: str) -> list[FoundSeries]:
        """Return the series of a study."""
        with self._client(Limits(_ANSWER_BYTES, self._pacs.seconds)) as client:
            answers = client.search_for_series(study_instance_uid=study, fields=list(SERIES_KEYWORDS))
            return found_series(_listed(answers))

    def files(self, study: str, series: str, room: int, stop: threading.Event) -> Iterator[bytes]:
        """Return the files of a series as they come, none of them read. room: bytes that may be taken.

        dicomweb_client would read them in this process, without a limit, and take a message that is cut short as whole.
        """
        return self._retrieved(f"studies/{study}/series/{series}", Limits(room + _HEADER_BYTES, stop=stop))

    def instances(self, study: str, series: str) -> list[str]:
        """Return the SOP Instance UIDs of a series, in the order of their numbers."""
        found: dict[str, int] = {}
        with self._client(Limits(_LIST_BYTES)) as client:
            while True:  # a PACS may give some at a time
                answers = client.search_for_instances(study, series, fields=["InstanceNumber"], offset=len(found))
                more = found_instances(_listed(answers))
                if more.keys() <= found.keys():
                    break
                found |= more
        return sorted(found, key=lambda uid: (found[uid], uid))

    def instance(self, study: str, series: str, uid: str) -> bytes:
        """Return the file of an instance. Raises Refused, by UNREADABLE_FILE where the PACS has none."""
        path = f"studies/{study}/series/{series}/instances/{uid}"
        films = list(self._retrieved(path, Limits(_MOST_BYTES), missing=True))
        if len(films) != 1:
            raise Refused("pacs-answer", f"PACS {self._pacs.name} gave {len(films)} files for a film: ask who runs it.")
        return films[0]

    def _retrieved(self, path: str, limits: Limits, *, missing: bool = False) -> Iterator[bytes]:
        """Yield the files that WADO-RS gives for a path. missing: whether to say so by UNREADABLE_FILE."""
        with self._session(limits) as session:
            response = session.get(
                f"{self._pacs.url}/{path}",
                headers={"Accept": _ACCEPT},
                stream=True,
                timeout=(_CONNECT_SECONDS, self._pacs.seconds),
            )
            with response:
                if missing and response.status_code == HTTPStatus.NOT_FOUND:
                    raise Refused(UNREADABLE_FILE, f"PACS {self._pacs.name} has no such instance; correct its URL.")
                response.raise_for_status()
                boundary = boundary_of(response.headers.get("Content-Type", ""))
                yield from parts(response.iter_content(_CHUNK_BYTES), boundary)

    def echo(self) -> None:
        """Raise Refused unless the PACS answers a search, for a study that does not exist: DICOMweb has no echo."""
        self.series(_NO_STUDY)

    def store(self, objects: Mapping[str, bytes]) -> None:
        """Store DICOM objects, name -> content. Raises Refused unless the PACS confirms each."""
        datasets = [dcmread(BytesIO(content)) for content in objects.values()]
        with self._client(Limits(_ANSWER_BYTES, len(datasets) * self._pacs.seconds)) as client:
            answer = client.store_instances(datasets)
            stored = {str(item.ReferencedSOPInstanceUID) for item in answer.get("ReferencedSOPSequence") or ()}
        missing = sum(one.SOPInstanceUID not in stored for one in datasets)
        if missing:
            raise Refused(
                "pacs-not-stored",
                f"PACS {self._pacs.name} did not confirm {missing} of {len(datasets)} objects: send them again, which "
                "does not double those it has.",
            )

    @contextmanager
    def _client(self, limits: Limits) -> Iterator[DICOMwebClient]:
        with self._session(limits) as session:
            timeout = (_CONNECT_SECONDS, self._pacs.seconds)
            client = DICOMwebClient(self._pacs.url, session=session, timeout=timeout)
            client.set_http_retry_params(retry=False)  # the reader repeats it; five attempts would take a minute
            yield client

    @contextmanager
    def _session(self, limits: Limits) -> Iterator[requests.Session]:
        """Yield a session with credentials and certificates; what goes wrong becomes one sentence."""
        pacs = self._pacs
        silence_decoding_libraries()
        with limited_session(limits) as session:
            session.headers["Accept"] = "application/dicom+json"
            session.auth = _credentials(pacs)
            if pacs.authorities is not None:
                session.verify = str(pacs.authorities)
            if pacs.certificate is not None and pacs.key is not None:
                session.cert = (str(pacs.certificate), str(pacs.key))
            try:
                yield session
            except Exception as error:
                refused = refusal_of(error, pacs.name, pacs.seconds)
                if refused is None:
                    raise
                raise refused from None


class _Token(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _credentials(pacs: DicomwebPacs) -> AuthBase | None:
    secret = pacs.read_secret()
    if pacs.user:
        return HTTPBasicAuth(pacs.user.encode(), secret.encode())
    return _Token(secret) if secret else None


def _plain_name(matching: Mapping[str, str]) -> dict[str, str]:
    """Return what to match, in a name wildcards for all but letters of ASCII, which find it too: peers differ in how
    they read other signs in an address, and in what they count as one of them.
    """
    name = matching.get("PatientName")
    return {**matching, "PatientName": _SIGNS.sub("?", _LETTERS.sub("*", name))} if name else dict(matching)


def _listed(answers: object) -> list[object]:
    if not isinstance(answers, list):
        raise ValueError("no list")
    return answers
