"""Read and write the result of a search of the frame: models/<id>/shortcut-search.toml."""

import tomllib
from pathlib import Path
from typing import Annotated

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from meddx.errors import Refused
from meddx.evaluate.shortcuts.regions import Region
from meddx.evaluate.shortcuts.search import ACCUSED_FROM, RegionRow, RegionSearch
from meddx.model.card import Text
from meddx.whole_file import whole_file

SEARCH_FILE = "shortcut-search.toml"
"""The name of the file in a model folder."""
OWN_TEST_SET = "test images"
BROUGHT_SET = "images brought for this probe"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RecordedRegion(_Part):
    """Hold one measured region: fields as in Region and RegionRow."""

    label: Text
    top: float
    left: float
    bottom: float
    right: float
    ring: float
    share: float
    shift: float
    steadiness: float
    weight: float
    weight_low: float

    @property
    def region(self) -> Region:
        """Return the region."""
        return Region(self.top, self.left, self.bottom, self.right, self.ring)

    @property
    def accused(self) -> bool:
        """Return whether so much lies in so little that it is no disease."""
        return self.weight_low > ACCUSED_FROM


class SearchRecord(_Part):
    """Hold a search: numbers as in RegionSearch.

    weights_sha256: of the weights that were searched. images: whose, in words.
    """

    weights_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    images: Text
    n: Annotated[int, Field(gt=0)]
    looked_at: Annotated[int, Field(gt=0)]
    detectable: Annotated[float, Field(ge=0)]
    detectable_shift: Annotated[float, Field(ge=0)]
    auroc: Annotated[float, Field(ge=0, le=1)]
    auroc_without: Annotated[float, Field(ge=0, le=1)]
    rows: tuple[RecordedRegion, ...]


def record_of(search: RegionSearch, weights_sha256: str, images: str) -> SearchRecord:
    """Return the record of a search."""
    return SearchRecord(
        weights_sha256=weights_sha256,
        images=images,
        n=search.n,
        looked_at=search.looked_at,
        detectable=search.detectable,
        detectable_shift=search.detectable_shift,
        auroc=search.auroc,
        auroc_without=search.auroc_without,
        rows=tuple(_recorded(row) for row in search.rows),
    )


def write_search(folder: Path, record: SearchRecord) -> None:
    """Write the record, numbers with six decimals."""
    content = {name: _rounded(value) for name, value in record.model_dump().items() if name != "rows"}
    rows = [{name: _rounded(value) for name, value in row.model_dump().items()} for row in record.rows]
    with whole_file(folder / SEARCH_FILE) as file:
        file.write_text(tomli_w.dumps(content | {"rows": rows}), encoding="utf-8")


def read_search(folder: Path, weights_sha256: str) -> SearchRecord | None:
    """Return the record in a model's folder, None where there is none.

    Raises Refused where it cannot be read, or the search was of other weights.
    """
    try:
        record = SearchRecord.model_validate(tomllib.loads((folder / SEARCH_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, ValidationError) as error:
        raise Refused("not-a-search", f"{SEARCH_FILE} cannot be read; run `meddx shortcuts` again.") from error
    if record.weights_sha256 != weights_sha256:
        raise Refused("other-weights", f"{SEARCH_FILE} is of other weights; run `meddx shortcuts` again.")
    return record


def _recorded(row: RegionRow) -> RecordedRegion:
    region = row.region
    return RecordedRegion(
        label=row.label,
        top=region.top,
        left=region.left,
        bottom=region.bottom,
        right=region.right,
        ring=region.ring,
        share=row.share,
        shift=row.shift,
        steadiness=row.steadiness,
        weight=row.weight,
        weight_low=row.weight_low,
    )


def _rounded(value: object) -> object:
    return round(value, 6) if isinstance(value, float) else value
