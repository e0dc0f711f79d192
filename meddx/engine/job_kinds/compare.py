"""Compare systems on the same cases with paired tests, which takes minutes for hundreds of thousands of cases."""

from collections.abc import Mapping
from typing import Any

from meddx.engine.contract import JobContext
from meddx.evaluate.paired.comparison import compare
from meddx.evaluate.paired.difference import PairedDifference
from meddx.types import Progress


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> tuple[PairedDifference, ...]:
    """Return every difference of every pair.

    arguments: aligned (meddx.evaluate.paired.alignment.Aligned), labels (to compare, None for all together) and
    specificity, as compare takes them.
    """
    labels, specificity = arguments["labels"], arguments["specificity"]
    return compare(arguments["aligned"], labels=labels, specificity=specificity, progress=progress).differences
