"""Say in a word and a short phrase how the check of a map ended: the same on pages and on the command line.

Loads no TensorFlow.
"""

from typing import Literal

from meddx.types import MapCheck

CheckWord = Literal["passed", "unclear", "failed", "nothing marked"]

NOTHING_MARKED: CheckWord = "nothing marked"
"""In place of a check where the map shows no evidence for the label."""
NOTHING_MARKED_RULE = "nothing-marked"
"""The rule by which a check is refused then."""
LIMITS_OF_OTHERS = "Limits of other maps"
"""Beside a verdict whose thresholds were chosen on maps of another model or by other methods."""
_WORDS: dict[str, CheckWord] = {"reliable": "passed", "unclear": "unclear", "not to be relied on": "failed"}


def check_word(check: MapCheck) -> CheckWord:
    """Return the verdict of a check in a word."""
    return _WORDS[check.verdict]


def check_reason(check: MapCheck) -> str:
    """Return why, a phrase without a full stop.

    Of a map that passed, what hiding its highlighted area does; of another, the measures that failed, or where none did
    those that were not passed.
    """
    if check.verdict == "reliable":
        [effect] = [measure.words for measure in check.measures if measure.name == "faithful"]
        return f"{effect[0].lower()}{effect[1:].rstrip('.')}"
    failed = [measure.title.lower() for measure in check.measures if measure.verdict == "bad"]
    return ", ".join(failed or [measure.title.lower() for measure in check.measures if measure.verdict != "good"])


def check_title(check: MapCheck) -> str:
    """Return which check was made, and its verdict: "Quick check passed", "Check failed"."""
    return f"{'Quick check' if check.quick else 'Check'} {check_word(check)}"


def check_line(check: MapCheck) -> str:
    """Return title and reason in a line, and in the same line that the limits are of other maps where they are."""
    doubt = "" if check.calibrated else f". {LIMITS_OF_OTHERS}"
    return f"{check_title(check)}: {check_reason(check)}{doubt}"
