"""Find what was removed, changed, reordered or cut off in an audit log."""

from dataclasses import dataclass

from meddx.audit.entry import NO_HASH, entry_of, hash_of
from meddx.audit.log import MOST_BEHIND, AuditLog, LogHead

MOST_FAULTS = 20


@dataclass(frozen=True)
class Verification:
    """What was found: faults, and remarks that are none; of the log that was read, the last entry."""

    faults: tuple[str, ...]
    remarks: tuple[str, ...]
    last: LogHead


def verify(log: AuditLog, kept: LogHead | None = None) -> Verification:
    """Return what is wrong with a log, in sentences that name lines by their place in the file, from 1.

    kept: a head that was written down elsewhere. Whoever can write to the folder can write a whole new log with a head
    of its own; that is noticed only against a head, or entries, kept where he cannot write. Raises OSError.
    """
    size, head = log.snapshot()
    chain = _Chain({stated.number for stated in (head, kept) if stated is not None})
    read = 0
    for line in log.lines():
        if read >= size:
            break  # written since
        read += len(line)
        chain.take(line)
    chain.end()
    if head is None and size:
        chain.faults.append("The head is missing or cannot be read, so lines cut off at the end would not be missed.")
    for name, stated in (("head", head), ("kept head", kept)):
        if stated is not None:
            chain.compare(name, stated)
    if head is not None and head.number < chain.last.number:
        if chain.last.number - head.number > MOST_BEHIND:
            chain.faults.append(f"The head knows {head.number} of {chain.last.number} entries: it is an older one.")
        else:
            chain.remarks.append("The last writer ended before it wrote the head.")
    faults = chain.faults[:MOST_FAULTS]
    if len(chain.faults) > MOST_FAULTS:
        faults.append(f"And {len(chain.faults) - MOST_FAULTS} more.")
    return Verification(tuple(faults), tuple(chain.remarks), chain.last)


class _Chain:
    """What a reader of the lines, from the first on, has found."""

    def __init__(self, wanted: set[int]) -> None:
        self.faults: list[str] = []
        self.remarks: list[str] = []
        self.last = LogHead(0, NO_HASH)
        self._wanted, self._hashes = wanted, {0: NO_HASH}
        self._place = 0
        self._remnant: list[bytes] = []
        self._remnant_place = 0
        self._whole = True

    def take(self, line: bytes) -> None:
        """Take the next line."""
        self._place += 1
        self._whole = line.endswith(b"\n")
        text = line.removesuffix(b"\n")
        entry = entry_of(text)
        if entry is None:
            self._remnant_place = self._remnant_place if self._remnant else self._place
            self._remnant.append(text)
            return
        cut = hash_of(b"\n".join(self._remnant))
        if entry.event == "recovered" and self._remnant and entry.detail == cut:
            self.remarks.append(
                f"Line {self._remnant_place} was cut off as its writer ended; line {self._place} says so."
            )
        elif self._remnant:
            self.faults.append(f"Line {self._remnant_place} holds no entry: it was changed.")
        elif entry.event == "recovered":
            self.faults.append(
                f"The head was missing when line {self._place} was written: lines before it may be gone."
            )
        self._remnant = []
        self._follow(entry.number, entry.previous)
        self.last = LogHead(entry.number, hash_of(text))
        if entry.number in self._wanted:
            self._hashes[entry.number] = self.last.hash

    def end(self) -> None:
        """Say what the last line is where it holds no entry."""
        if self._remnant and self._whole:
            self.faults.append(f"Line {self._remnant_place} holds no entry: it was changed.")
        elif not self._whole:
            self.remarks.append(f"Line {self._place}, the last, was cut off as its writer ended.")

    def compare(self, name: str, stated: LogHead) -> None:
        """Compare the entries with a head."""
        if stated.number > self.last.number:
            self.faults.append(
                f"The log ends with entry {self.last.number}, but the {name} knows {stated.number}: entries were "
                "removed from the end."
            )
        elif self._hashes.get(stated.number) != stated.hash:
            self.faults.append(f"Entry {stated.number} is not the one that the {name} states: it was changed.")

    def _follow(self, number: int, previous: str) -> None:
        due = self.last.number + 1
        if number > due:
            gone = f"entry {due} is" if number == due + 1 else f"entries {due} to {number - 1} are"
            self.faults.append(f"Before line {self._place} {gone} missing: removed, or moved.")
        elif number < due:
            self.faults.append(f"Line {self._place} holds entry {number} after entry {due - 1}: moved or repeated.")
        elif previous != self.last.hash:
            before = f"line {self._place - 1}" if self._place > 1 else "the beginning"
            self.faults.append(f"Line {self._place} does not follow from {before}: one of the two was changed.")


def parse_head(text: str) -> LogHead:
    """Return a head as `meddx audit head` prints it, NUMBER:HASH. Raises ValueError."""
    number, _, hashed = text.partition(":")
    if not number.isdecimal() or len(hashed) != len(NO_HASH) or set(hashed) - set("0123456789abcdef"):
        raise ValueError("a head is NUMBER:HASH, as `meddx audit head` prints it")
    return LogHead(int(number), hashed)
