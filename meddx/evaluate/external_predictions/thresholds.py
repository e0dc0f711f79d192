"""Find the threshold of each label and its origin."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.class_names import key
from meddx.evaluate.external_predictions import truth_words
from meddx.evaluate.external_predictions.columns import listed
from meddx.evaluate.external_predictions.numbers_as_text import Numbers
from meddx.evaluate.external_predictions.scale import Scaled
from meddx.evaluate.external_predictions.source import Source
from meddx.evaluate.external_predictions.table_file import Table

Thresholds = tuple[tuple[float, ...], str]
ThresholdValue = TypeVar("ThresholdValue")


def find_thresholds(labels: tuple[str, ...], source: Source, found: Scaled) -> Thresholds:
    """Return a threshold for each label (NaN where there is none) and a phrase on their origin.

    In this order: --threshold; a column threshold:LABEL (threshold, for the only label) that holds one number; the
    lowest score that a column finding:LABEL calls; 0.5 of a probability.
    """
    table, numbers, columns, options = source.table, source.numbers, source.columns, source.options
    told = _by_label(options.thresholds, labels, "--threshold")
    columns_of = _by_label(columns.thresholds, labels, None)
    if "" in columns.thresholds and len(labels) > 1 and not told:
        raise Refused(
            "threshold",
            f"Column {columns.thresholds['']!r:.80} does not say of which label it is the threshold; rename it to "
            f"threshold:LABEL, LABEL one of {listed(labels, str)}, or type --threshold LABEL=VALUE.",
        )
    values, origins = [], []
    for index, label in enumerate(labels):
        if label in told:
            value, origin = told[label], "--threshold"
        elif label in columns_of:
            value, origin = _constant(numbers, table, columns_of[label]), "the file's column of thresholds"
        elif label in columns.findings:
            value, origin = _lowest_called(table, columns.findings[label], found.values[:, index])
        else:
            value, origin = (np.nan if found.scale == "score" else 0.5), "none"
            values.append(value)
            origins.append(origin)
            continue
        values.append(value / 100 if found.scale == "percent" else value)
        origins.append(origin)
    return tuple(float(value) for value in values), _origin(labels, origins, source, found)


def _origin(labels: tuple[str, ...], origins: list[str], source: Source, found: Scaled) -> str:
    column = source.columns.origin
    kinds = list(dict.fromkeys(origins))
    phrases = []
    for origin in kinds:
        of = [label for label, one in zip(labels, origins, strict=True) if one == origin]
        whose = f" for {', '.join(of)}" if len(kinds) > 1 else ""
        if origin == "none" and found.scale == "score":
            phrases.append(f"none{whose}: the file states no threshold; type --threshold LABEL=VALUE")
        elif origin == "none":
            each = whose or " for each label by itself"
            phrases.append(f"0.5{each}, since the file states no threshold")
        else:
            phrases.append(origin + whose)
    stated = source.table.distinct(column) if column and set(kinds) - {"none"} else set()
    text = "; ".join(dict.fromkeys(phrases))
    if len(stated) == 1 and (one := stated.pop()):
        text += f" ({one:.200})"
    return "the most probable label over all labels; " + text if found.exclusive else text


def _by_label(
    given: Mapping[str, ThresholdValue], labels: tuple[str, ...], option: str | None
) -> dict[str, ThresholdValue]:
    """Return label -> value for names in any spelling, with "" for the only label.

    Raises Refused for unknown names where `option` is given.
    """
    found: dict[str, ThresholdValue] = {}
    for name, value in given.items():
        same = list(labels) if name == "" and len(labels) == 1 else [one for one in labels if key(one) == key(name)]
        if len(same) == 1:
            found[same[0]] = value
        elif option is not None:
            raise Refused(
                "unknown-label",
                f"{option} takes LABEL=VALUE, LABEL one of {listed(labels, str)}; {name!r:.80} is none of them.",
            )
    return found


def _constant(numbers: Numbers, table: Table, name: str) -> float:
    values = numbers.of(name)
    known = np.unique(values[np.isfinite(values)])
    if len(known) != 1 or (numbers.filled(name) & ~np.isfinite(values)).any():
        raise Refused(
            "threshold",
            f"Column {name!r:.80} must hold one number, the threshold, in every row, and holds {len(known)} different "
            "ones; type --threshold LABEL=VALUE instead, or remove the column.",
        )
    return float(known[0])


def _lowest_called(table: Table, name: str, scores: NDArray[np.float64]) -> tuple[float, str]:
    """Return the lowest score called (0.5 where that gives the same calls) and its origin."""
    called = np.array([bool(value is not None and truth_words.present(value)) for value in table.text(name)], np.bool_)
    if np.array_equal(scores >= 0.5, called):
        return 0.5, "the calls in the file's finding: columns"
    lowest = scores[called].min() if called.any() else np.nextafter(scores.max(), np.inf)
    if not np.array_equal(scores >= lowest, called):
        raise Refused(
            "findings", f"Column {name!r:.80} calls a case and not another of a higher score; remove it or correct it."
        )
    return float(lowest), "the lowest probability called in the file's finding: columns"
