"""Share out a fused network's answer between image, record and note, between fields and between words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from meddx.explain.shapley import coalition_weight, every_coalition, sampled_values, shapley_values
from meddx.explain.word_shares import WordShares
from meddx.model.fused_network import FusedNetwork, Vectors
from meddx.model.note_words import words_of
from meddx.model.record_encoding import EncodedRecord, encode_record, missing_record, slices
from meddx.types import Contributions, LabelShares

MOST_EXACT = 10
"""Given fields up to which their shares are exact: twice as many combinations of fields for each one more."""
FIELD_ORDERS = 64
"""Sampled orders of the fields, each with its reverse, where there are more."""


@dataclass(frozen=True)
class Beside:
    """What was given beside an image, as a network takes it.

    words: of the note, those that are read, as written; unread: how many it has beyond these. vectors: by part,
    (1, units).
    """

    record: EncodedRecord
    words: tuple[str, ...]
    unread: int
    numbers: NDArray[np.int32]
    vectors: Mapping[str, Vectors]


def read_beside(fused: FusedNetwork, record: Mapping[str, str], note: str) -> Beside:
    """Return the record and the note as the network takes them; "" is no note."""
    encoded = encode_record(fused.card.fields, record)
    words: list[str] = []
    numbers, unread = np.zeros(0, np.int32), 0
    if fused.card.note is not None and fused.vocabulary is not None:
        most = fused.card.note.words
        words, numbers = words_of(note), fused.vocabulary.numbers(note, most)
        words, unread = words[:most], max(0, len(words) - most)
    vectors = fused.vectors(encoded.values[np.newaxis], numbers[np.newaxis])
    return Beside(encoded, tuple(words), unread, numbers, vectors)


class ShareOut:
    """Share out the answers of one fused network; compiled once, safe to call from several threads at once."""

    def __init__(self, fused: FusedNetwork) -> None:
        self._fused = fused
        self._absent = {"image": np.zeros((1, fused.head.inputs[0].shape[-1]), np.float32), **fused.absent()}
        self._words = WordShares(fused) if fused.words is not None else None

    def __call__(self, image: Vectors | None, beside: Beside) -> Contributions:
        """Return what each part contributed to each label's logit.

        image: the pooled features (k,), None without an image. The parts' shares and the base add up to the logit of
        the network for the image with what is beside it, and a part's own shares to that part's.
        """
        fused, parts, absent = self._fused, self._fused.card.parts, self._absent
        given = {"image": absent["image"] if image is None else image[np.newaxis], **beside.vectors}
        worth = _logits(fused, [_chosen(given, absent, parts, members) for members in every_coalition(len(parts))])
        values = shapley_values(worth)
        fields, exact = np.zeros((0, worth.shape[1])), True
        names = [one.name for one in fused.card.fields]
        if "record" in parts:
            fields, exact = _field_values(fused, given, absent, beside.record)
        words, error = np.zeros((0, worth.shape[1])), 0.0
        if self._words is not None:
            others, weights = _others(given, absent, parts, "note")
            words, error = self._words(beside.numbers, others, weights, values[parts.index("note")])
        shares = {
            label.name: LabelShares(
                base=float(worth[0, column]),
                parts=dict(zip(parts, values[:, column].tolist(), strict=True)),
                fields=dict(zip(names, fields[:, column].tolist(), strict=True)),
                words=tuple(words[:, column].tolist()),
            )
            for column, label in enumerate(fused.card.labels)
        }
        return Contributions(
            faults=dict(beside.record.faults),
            has_note=bool(beside.words),
            shares=shares,
            words=beside.words,
            unread=beside.unread,
            fields_exact=exact,
            words_error=error,
        )


def _field_values(
    fused: FusedNetwork, given: Mapping[str, Vectors], absent: Mapping[str, Vectors], record: EncodedRecord
) -> tuple[NDArray[np.float64], bool]:
    """Return the Owen value of each field (fields, labels), and whether they are exact.

    Owen 1977, "Values of games with a priori unions": a combination of fields is worth what it adds, alone of its part,
    to the combinations of the other parts, weighted as in the part's own Shapley value. A missing field adds nothing.
    """
    fields = fused.card.fields
    places = [place for name, place in slices(fields).items() if name not in record.faults]
    others, weights = _others(given, absent, fused.card.parts, "record")
    missing = missing_record(fields)

    def worth_of(members: NDArray[np.bool_]) -> NDArray[np.float64]:
        rows = np.repeat(missing[np.newaxis], len(members), axis=0)
        for player, place in enumerate(places):
            rows[members[:, player], place] = record.values[place]
        vectors = fused.record_vectors(rows)
        averaged = np.zeros((len(rows), len(fused.card.labels)))
        for other, weight in zip(others, weights, strict=True):
            averaged += weight * _logits(fused, [{**other, "record": vectors}])
        return averaged

    values = np.zeros((len(fields), len(fused.card.labels)))
    used = [number for number, one in enumerate(fields) if one.name not in record.faults]
    if not used:
        return values, True
    exact = len(used) <= MOST_EXACT
    values[used] = (
        shapley_values(worth_of(every_coalition(len(used))))
        if exact
        else sampled_values(worth_of, len(used), FIELD_ORDERS, np.random.default_rng(0))
    )
    return values, exact


def _others(
    given: Mapping[str, Vectors], absent: Mapping[str, Vectors], parts: Sequence[str], part: str
) -> tuple[list[dict[str, Vectors]], list[float]]:
    """Return the combinations of all parts but one, and how much each counts in that one's Shapley value."""
    rest = [other for other in parts if other != part]
    combinations = list(product((False, True), repeat=len(rest)))
    chosen = [_chosen(given, absent, rest, members) for members in combinations]
    return chosen, [coalition_weight(sum(members), len(parts)) for members in combinations]


def _chosen(
    given: Mapping[str, Vectors], absent: Mapping[str, Vectors], parts: Sequence[str], members: Sequence[bool]
) -> dict[str, Vectors]:
    return {part: (given if taken else absent)[part] for part, taken in zip(parts, members, strict=True)}


def _logits(fused: FusedNetwork, combinations: Sequence[Mapping[str, Vectors]]) -> NDArray[np.float64]:
    """Return the logits (n, labels) of combinations of vectors, each (1, units) or all of one with (n, units)."""
    rows = [np.concatenate([one[part] for one in combinations]) for part in fused.card.parts]
    most = max(map(len, rows))
    full = [np.repeat(row, most, axis=0) if len(row) < most else row for row in rows]
    return np.asarray(fused.logits(full), np.float64)
