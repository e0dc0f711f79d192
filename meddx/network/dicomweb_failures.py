"""What goes wrong between meddx and a PACS by DICOMweb, as one sentence for a reader."""

from xml.etree.ElementTree import ParseError

import requests
from urllib3.exceptions import ReadTimeoutError

from meddx.errors import Refused
from meddx.network.http_limits import Stopped, TooLarge
from meddx.network.multipart import BrokenMessage, CutShort

_CUT_SHORT = "The answer of {} was cut short: try again."
_NO_DICOMWEB = "{} did not answer as DICOMweb does: its url may lead to a web page, correct it."
_FAILURES: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    ((Stopped,), "stopped", "Stopped before {} had sent everything: open the study again."),
    (
        (TooLarge,),
        "pacs-too-large",
        "The answer of {} is larger than may be taken: narrow the search, or remove images from the list first.",
    ),
    ((CutShort,), "pacs-cut-short", _CUT_SHORT),
    ((BrokenMessage,), "pacs-answer", _NO_DICOMWEB),
    (
        (requests.TooManyRedirects,),
        "pacs-redirect",
        "{} points to another address, which is not followed: correct its url.",
    ),
    ((requests.exceptions.SSLError,), "pacs-tls", "{} has no certificate that is trusted: correct its authorities."),
    (
        (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError),
        "pacs-cut-short",
        _CUT_SHORT,
    ),
    ((requests.exceptions.InvalidJSONError,), "pacs-answer", _NO_DICOMWEB),
    ((requests.ConnectionError,), "pacs-unreachable", "{} cannot be reached: try again, or ask who runs it."),
    ((requests.RequestException,), "pacs-unreachable", "{} cannot be asked: correct its url and certificates."),
    ((OSError,), "pacs-config", "A certificate of {} cannot be read: correct its files."),
    ((ValueError, TypeError, AttributeError, KeyError, RecursionError, ParseError), "pacs-answer", _NO_DICOMWEB),
)
"""Kinds of error, the most particular first: rule, and what it means; {} is the PACS."""


def refusal_of(error: Exception, pacs: str, seconds: float) -> Refused | None:
    """Return what an error means, None where it is none of the peer. The error's own text, which may repeat what was
    searched, is not part of it.

    seconds: that were waited.
    """
    name = f"PACS {pacs}"
    if isinstance(error, requests.HTTPError):
        return Refused(
            "pacs-status", _status_sentence(name, error.response.status_code if error.response is not None else 0)
        )
    if isinstance(error, requests.Timeout) or any(isinstance(cause, ReadTimeoutError) for cause in error.args):
        return Refused("pacs-timeout", f"{name} did not answer within {seconds:g} s: try again later.")
    for kinds, rule, sentence in _FAILURES:
        if isinstance(error, kinds):
            return Refused(rule, sentence.format(name))
    return None


def _status_sentence(name: str, status: int) -> str:
    if status in (401, 403):
        return f"{name} refuses the sign-in of this server ({status}): correct its user and password, or its token."
    if status == 404:
        return f"{name} has nothing at this address (404): the study is gone, or its url is wrong."
    if status == 409:
        return f"{name} does not take these objects (409): ask who runs it."
    return f"{name} answered with an error ({status}): try again, or ask who runs it."
