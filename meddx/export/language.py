"""The language of an export that is prose: pages hand theirs over, commands and DICOM objects write English."""

from collections.abc import Callable
from dataclasses import dataclass


def _as_it_is(sentence: str) -> str:
    return sentence


@dataclass(frozen=True)
class ExportLanguage:
    """Hold a language's tag (RFC 5646), what turns a finished English sentence into it, and its punctuation."""

    tag: str = "en-GB"
    translate: Callable[[str], str] = _as_it_is
    comma: str = ", "
    colon: str = ": "
    stop: str = "."


IN_ENGLISH = ExportLanguage()
