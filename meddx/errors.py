"""Exceptions of meddx, with messages that a user can act on.

Messages reach browsers, logs and scripts: they name rules and tags, never patient data or file contents.
"""

import traceback
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails


class MeddxError(Exception):
    """The base class of every error that meddx raises on purpose."""


class Refused(MeddxError):
    """An input that cannot be processed; the rest of a batch continues.

    rule: a short stable identifier that scripts may test, e.g. "not-an-image".
    reason: one sentence: what was given, which rule it broke, what to do.
    frames: number of frames of the file, where one frame of an image was asked for: the others may be whole.
    """

    def __init__(self, rule: str, reason: str, frames: int = 1) -> None:
        super().__init__(reason)
        self.rule = rule
        self.reason = reason
        self.frames = frames


class CardError(MeddxError):
    """A model folder that cannot be used: its message names the field, the value and the rule it broke."""


class EngineUnavailable(MeddxError):
    """A missing answer of the engine, which is still starting, or died on this request and is being replaced."""


def field_faults(error: ValidationError, *, values: bool = True) -> str:
    """Return every fault of a file's fields, "field NAME, value VALUE: RULE; ...", for files that hold no patients.

    values: whether they are repeated; not those of a file that may hold passwords.
    """
    return "; ".join(_fault(details, values) for details in error.errors(include_url=False))


def _fault(details: ErrorDetails, values: bool) -> str:
    if not details["loc"]:  # a rule about several fields
        return details["msg"]
    field = ".".join(map(str, details["loc"]))
    value = "" if details["type"] == "missing" or not values else f", value {details['input']!r:.80}"
    return f"field {field}{value}: {details['msg']}"


def without_content(error: BaseException) -> str:
    """Return the type and place of an error, without its text, which may repeat the content of a file."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-4:])
    return " < ".join([type(error).__name__, *(f"{Path(at.filename).name}:{at.lineno} {at.name}" for at in frames)])
