"""Report the progress of long work: its stages, with progress bars or as calls of a Progress callback."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from meddx.types import Progress as ProgressCallback


class StageReport(Protocol):
    """A receiver of the progress of work in stages."""

    def say(self, line: str) -> None:
        """Report one finished line."""

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Callable[[int], None]]:
        """Begin a stage of `total` steps and yield a function to call with the number of steps done so far."""
        yield lambda done: None


class SilentReport:
    """A report that shows nothing."""

    def say(self, line: str) -> None:
        """Ignore the line."""

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Callable[[int], None]]:
        """Yield a function that ignores the number of steps."""
        yield lambda done: None


class CallbackReport:
    """A report that calls a Progress callback, with the stage as its message."""

    def __init__(self, progress: ProgressCallback) -> None:
        self._progress = progress

    def say(self, line: str) -> None:
        """Pass the line on."""
        self._progress(0, 0, line)

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Callable[[int], None]]:
        """Report the stage's begin and yield a function that passes the number of steps on."""
        self._progress(0, total, name)
        yield lambda done: self._progress(done, total, name)


class StderrReport:
    """A report as progress bars on stderr, so that stdout holds only the result."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)

    def say(self, line: str) -> None:
        """Print the line above the bar."""
        self._console.print(line, highlight=False)

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show one progress bar and yield a function that updates it."""
        columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task(name, total=total)
            yield lambda done: progress.update(task, completed=done)
