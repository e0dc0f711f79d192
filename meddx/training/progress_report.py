"""What a person sees while `meddx train` works: stages, progress bars with the time left, one line an epoch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class TrainingReport(Protocol):
    """Where a training tells how far it is."""

    def say(self, line: str) -> None:
        """One finished line."""

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Callable[[int], None]]:
        """A piece of work of `total` steps; call what it yields with the number of steps done so far."""
        yield lambda done: None


class SilentReport:
    """Says nothing."""

    def say(self, line: str) -> None:
        """Nothing."""

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Callable[[int], None]]:
        """No bar."""
        yield lambda done: None


class StderrReport:
    """Progress bars on stderr, so that stdout stays a result."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)

    def say(self, line: str) -> None:
        """Print the line above the bar."""
        self._console.print(line, highlight=False)

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Callable[[int], None]]:
        """One bar."""
        columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task(name, total=total)
            yield lambda done: progress.update(task, completed=done)
