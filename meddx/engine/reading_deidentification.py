"""De-identification of what readers add, in processes of its own: pixels that are to be masked never leave them."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace

from meddx.deidentification_settings import reading_policy
from meddx.engine.contract import DeidentifiedFile, UploadedFile
from meddx.engine.deidentified_upload import deidentified_upload
from meddx.imaging.deidentification.isolated import IsolatedDeidentifier
from meddx.imaging.deidentification.on_reading import reading_key, reading_options
from meddx.imaging.deidentification.profile import Options
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from meddx.model.record_fields import RecordField
from meddx.types import Box


class ReadingDeidentifier:
    """De-identifies single files and uploads as the settings say. Safe to use from many threads; close() after use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asking: dict[Options, IsolatedDeidentifier] = {}

    def deidentify(self, data: bytes) -> DeidentifiedFile:
        """Return the file without what identifies its patient.

        Raises Refused, also where the policy does not let it pass, and where nothing is to be de-identified.
        """
        made = self._with(reading_options()).deidentify(data)
        return DeidentifiedFile(made.data, made.suffix, made.boxes, made.asks)

    def mask_text(self, data: bytes, boxes: tuple[Box, ...]) -> bytes:
        """Return a file that `deidentify` asked about, with these boxes masked. Raises Refused."""
        return self._with(reading_options()).mask_confirmed(data, boxes)

    def upload(self, files: Iterable[UploadedFile], fields: Sequence[RecordField] = ()) -> Iterable[UploadedFile]:
        """Return a labelled set de-identified (deidentified_upload); the very files where nothing is to be.

        fields: of records that models take. Nobody can be asked about one of thousands: under "ask" text is masked.
        Iterating raises Refused, without the name of any file.
        """
        if reading_policy() == "off":
            return files
        options = reading_options()
        if options.burned_in == "ask":
            options = replace(options, burned_in="mask")
        return deidentified_upload(
            files,
            self._with(options).deidentify,
            Pseudonyms(reading_key()),
            characteristics=options.patient_characteristics,
            fields=fields,
        )

    def drop_unused(self, seconds: float) -> int:
        """End child processes that have waited for so many seconds, and return their number."""
        with self._lock:
            asking = list(self._asking.values())
        return sum(one.drop_unused(seconds) for one in asking)

    def close(self) -> None:
        """End the child processes."""
        with self._lock:
            ended, self._asking = list(self._asking.values()), {}
        for one in ended:
            one.close()

    def _with(self, options: Options) -> IsolatedDeidentifier:
        with self._lock:
            if options not in self._asking:
                self._asking[options] = IsolatedDeidentifier(options, reading_key())
            return self._asking[options]
