"""Prevents the decoding libraries from writing values of a file into logs, warnings or stderr.

pydicom warns and logs with the offending value in the text, which may be a name. `warnings.catch_warnings` swaps a
global of the process and so is unsafe while other threads decode; one filter that stays in place is safe.
"""

import logging
import re
import warnings

import gdcm
import pydicom.config

LIBRARIES = ("pydicom", "pylibjpeg", "openjpeg", "rle", "jpeg_ls", "PIL")


FILTER = ("ignore", None, Warning, re.compile(rf"({'|'.join(LIBRARIES)})(\.|$)"), 0)


def silence_decoding_libraries() -> None:
    """Silence the warnings of the decoding libraries for the whole process.

    Call before decoding: others may add warning filters.
    """
    if list(warnings.filters[:1]) != [FILTER]:
        warnings.filterwarnings("ignore", module=FILTER[3].pattern)


def _silence_logs() -> None:
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    gdcm.Trace.DebugOff()
    gdcm.Trace.WarningOff()
    gdcm.Trace.ErrorOff()


_silence_logs()
