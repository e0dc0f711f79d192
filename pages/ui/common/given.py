"""What is known of a case beside its image, as one model takes it: part of the key of every result."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, repr=False)
class GivenBeside:
    """Hold the values by field, as text, and the note; patient data, so that its own text says nothing of them."""

    record: tuple[tuple[str, str], ...] = ()
    note: str = ""

    def arguments(self) -> dict[str, Any]:
        """Return record and note, where either is given, as arguments of the engine's methods and jobs."""
        return ({"record": dict(self.record)} if self.record else {}) | ({"note": self.note} if self.note else {})

    def __repr__(self) -> str:
        """Return a text that tells this from others in this process, for keys of widgets."""
        return f"GivenBeside({hash((self.record, self.note)):x})" if self != NOTHING else "GivenBeside()"


NOTHING = GivenBeside()
"""An image alone."""
