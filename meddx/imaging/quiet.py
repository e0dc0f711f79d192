"""Keeps the decoding libraries from writing values of a file into logs, warnings or stderr.

pydicom warns and logs with the offending value in the text, which may be a name. `warnings.catch_warnings` swaps a
global of the process and so is unsafe while other threads decode; one filter that stays in place is not.
"""

import logging
import warnings

import gdcm
import pydicom.config

LIBRARIES = ("pydicom", "pylibjpeg", "openjpeg", "rle", "jpeg_ls", "PIL")


def be_quiet() -> None:
    """Silence the decoding libraries for the whole process; once is enough, more does no harm."""
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    warnings.filterwarnings("ignore", module=rf"({'|'.join(LIBRARIES)})(\.|$)")
    gdcm.Trace.DebugOff()
    gdcm.Trace.WarningOff()
    gdcm.Trace.ErrorOff()
