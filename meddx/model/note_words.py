"""Cut a note into words and number them by a vocabulary, which a model keeps in its folder."""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.errors import CardError
from meddx.model.record_fields import NoteInput

NO_WORD, OTHER_WORD = 0, 1
"""Numbers of no word, and of a word that the vocabulary does not have; the vocabulary's own begin at 2."""
VOCABULARY_FILE = "vocabulary.txt"
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


@dataclass(frozen=True)
class Vocabulary:
    """The words that a model knows, lower case, in the order of their numbers."""

    words: tuple[str, ...]

    @property
    def size(self) -> int:
        """Return the number of numbers: one for each word, for no word and for any other word."""
        return len(self.words) + 2

    @cached_property
    def _places(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words, start=2)}

    def numbers(self, note: str, most: int) -> NDArray[np.int32]:
        """Return the numbers of the note's first words, int32 (most,), with NO_WORD after the last."""
        row = np.zeros(most, np.int32)
        found = [self._places.get(word.casefold(), OTHER_WORD) for word in words_of(note)[:most]]
        row[: len(found)] = found
        return row


def words_of(note: str) -> list[str]:
    """Return the words of a note as they are written, without punctuation.

    Letters and their marks are composed (NFC): a mark of its own would end a word.
    """
    return _WORD.findall(unicodedata.normalize("NFC", note))


def collect_vocabulary(notes: Iterable[tuple[str, str]], fewest: int, most: int) -> Vocabulary:
    """Return the words of the notes of at least `fewest` patients, at most `most`, those of the most patients first.

    notes: (patient, note). Words of few patients are left out, names above all: a vocabulary leaves with its model.
    """
    patients: defaultdict[str, set[str]] = defaultdict(set)
    for patient, note in notes:
        for word in words_of(note):
            patients[word.casefold()].add(patient)
    kept = sorted((-len(of), word) for word, of in patients.items() if len(of) >= fewest)
    return Vocabulary(tuple(word for _, word in kept[:most]))


def write_vocabulary(folder: Path, vocabulary: Vocabulary) -> str:
    """Write the vocabulary into a model folder and return the file's SHA-256, hex."""
    data = "".join(f"{word}\n" for word in vocabulary.words).encode()
    (folder / VOCABULARY_FILE).write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def read_vocabulary(folder: Path, note: NoteInput) -> Vocabulary:
    """Return the vocabulary of a model folder. Raises CardError where it is not the one that the card means."""
    path = folder / note.vocabulary
    field = f"{folder.name}/card.toml: field note.vocabulary, value {note.vocabulary!r}"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CardError(f"{field}: no such file there") from error
    if hashlib.sha256(data).hexdigest() != note.sha256:
        raise CardError(f"{field}: the file is another than that of note.sha256; copy the model's folder again")
    return Vocabulary(tuple(data.decode().split()))


def encode_notes(vocabulary: Vocabulary, notes: Sequence[str], most: int) -> NDArray[np.int32]:
    """Return the numbers of several notes, int32 (n, most)."""
    return np.stack([vocabulary.numbers(note, most) for note in notes])
