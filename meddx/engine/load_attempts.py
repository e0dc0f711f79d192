"""Count the processes that ended while they loaded a model, in a folder that outlives them."""

from contextlib import suppress
from pathlib import Path

from meddx.errors import CardError

MOST_DEATHS = 2
_PREFIX = "loading-"


class LoadAttempts:
    """A count for each model of the processes that ended while loading it, one file each.

    A file exists while its model is being loaded; one that remains belongs to a load that the process did not survive.
    folder: None where nobody restarts the process, and nothing is counted.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def deaths(self, model: str) -> int:
        """Return how many processes in a row ended while they loaded the model."""
        file = self._file(model)
        return int(file.read_bytes() or b"0") if file is not None and file.exists() else 0

    def begin(self, model: str) -> None:
        """Record that the model is about to be loaded.

        Raises CardError where two processes have ended while loading it.
        """
        deaths, file = self.deaths(model), self._file(model)
        if deaths >= MOST_DEATHS:
            raise CardError(f"the process that loaded it ended {deaths} times; repair it, then restart the server.")
        if file is not None:
            with suppress(OSError):  # on a full disk nothing is counted, and models load all the same
                file.write_bytes(str(deaths + 1).encode())

    def survived(self, model: str) -> None:
        """Record that the process survived loading the model, whether the load succeeded or not."""
        file = self._file(model)
        if file is not None:
            file.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove every file, since the server itself ends."""
        for file in self._folder.glob(f"{_PREFIX}*") if self._folder is not None else ():
            file.unlink(missing_ok=True)

    def _file(self, model: str) -> Path | None:
        return None if self._folder is None else self._folder / f"{_PREFIX}{model}"
