"""Exceptions of meddx, with messages that a user can act on.

Messages reach browsers, logs and scripts: they name rules and tags, never patient data or file contents.
"""

import traceback
from pathlib import Path


class MeddxError(Exception):
    """The base class of every error that meddx raises on purpose."""


class Refused(MeddxError):
    """An input that cannot be processed; the rest of a batch continues.

    rule: a short stable identifier that scripts may test, e.g. "not-an-image".
    reason: one sentence: what was given, which rule it broke, what to do.
    """

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(reason)
        self.rule = rule
        self.reason = reason


class CardError(MeddxError):
    """A model folder that cannot be used: its message names the field, the value and the rule it broke."""


class EngineUnavailable(MeddxError):
    """A missing answer of the engine, which is still starting, or died on this request and is being replaced."""


def without_content(error: BaseException) -> str:
    """Return the type and place of an error, without its text, which may repeat the content of a file."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-4:])
    return " < ".join([type(error).__name__, *(f"{Path(at.filename).name}:{at.lineno} {at.name}" for at in frames)])
