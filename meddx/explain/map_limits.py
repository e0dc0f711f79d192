"""Represent the limits of the check of heat maps that were set on one model's own images."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from meddx.explain.map_check.area_effects import AREAS


class MapLimits(BaseModel):
    """Hold the limits of "effect on the prediction", and on what they rest.

    bad_below, good_from: of AreaEffects.agreement, in [-1, 1]. least_effect: log odds, as in VerdictThresholds; None
    where it could not be measured, so that the one for all models holds. usual: what hiding each area takes on other
    images, row by row from the top, without a unit. methods: names of those whose maps set them; images: how many of
    the model's own; wrong_maps: maps known to be wrong.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bad_below: Annotated[float, Field(ge=-1, le=1)]
    good_from: Annotated[float, Field(ge=-1, le=1)]
    least_effect: Annotated[float, Field(ge=0)] | None = None
    usual: Annotated[tuple[float, ...], Field(min_length=AREAS**2, max_length=AREAS**2)]
    methods: Annotated[tuple[str, ...], Field(min_length=1)]
    images: Annotated[int, Field(gt=0)]
    wrong_maps: Annotated[int, Field(gt=0)]
