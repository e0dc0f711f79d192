"""Settings of de-identification on reading, from MEDDX_DEIDENTIFY and the variables beside it."""

import os
from pathlib import Path
from typing import Literal, cast, get_args

ReadingPolicy = Literal["off", "mask", "refuse", "ask"]
"""What becomes of text in the pixels of what readers add, once it is de-identified; "off": nothing is de-identified."""
ReadingDates = Literal["remove", "shift", "keep"]


def reading_policy() -> ReadingPolicy:
    """Return how uploads are de-identified before anything is done with them, "off" where they are not.

    MEDDX_DEIDENTIFY. Raises ValueError for another value.
    """
    return cast(ReadingPolicy, _one_of("MEDDX_DEIDENTIFY", get_args(ReadingPolicy)))


def reading_dates() -> ReadingDates:
    """Return what becomes of dates: removed, shifted by days of each patient's own, or kept.

    MEDDX_DEIDENTIFY_DATES. Raises ValueError for another value.
    """
    return cast(ReadingDates, _one_of("MEDDX_DEIDENTIFY_DATES", get_args(ReadingDates)))


def reading_keeps_characteristics() -> bool:
    """Return whether sex, age, size, weight and the like stay.

    MEDDX_DEIDENTIFY_CHARACTERISTICS=keep. Raises ValueError for another value.
    """
    return _one_of("MEDDX_DEIDENTIFY_CHARACTERISTICS", ("remove", "keep")) == "keep"


def reading_key_file() -> Path | None:
    """Return the file with the secret of the pseudonyms, None where each start of the server makes one and forgets it.

    MEDDX_DEIDENTIFY_KEY_FILE.
    """
    configured = os.environ.get("MEDDX_DEIDENTIFY_KEY_FILE")
    return Path(configured) if configured else None


def _one_of(name: str, allowed: tuple[str, ...]) -> str:
    """Return the value of a variable, the first that is allowed where it is not set."""
    configured = os.environ.get(name) or allowed[0]
    if configured not in allowed:
        raise ValueError(f"{name} is {configured!r:.40}: set it to {', '.join(allowed[:-1])} or {allowed[-1]}.")
    return configured
