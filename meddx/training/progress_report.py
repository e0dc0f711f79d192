"""Report the progress of `meddx train`: stages, progress bars with the time left, one line an epoch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class TrainingReport(Protocol):
    """A receiver of a training's progress."""

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
