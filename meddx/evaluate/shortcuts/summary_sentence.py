"""State the result of a shortcut check in a sentence or two, never innocence without what would have been missed."""

from collections.abc import Sequence

from meddx.evaluate.shortcuts.probe_table import ShortcutRow
from meddx.evaluate.shortcuts.search_record import RecordedRegion, SearchRecord
from meddx.formatting import percent
from meddx.imaging.markers import BRIGHTNESS, OPAQUE

NO_SHORTCUT = "No shortcut found"
NOT_SEARCHED = "The rest of the frame was not searched; run `meddx shortcuts` again."
SAME_PLACE = (
    "Whatever lies at the same place in every image and tells the classes apart, such as a cell in the centre, looks "
    "like a mark to the search: look at the images there. It says where the answer comes from, not that it is wrong."
)
"""Said wherever the search of the frame accuses a model."""
LISTED = 2
"""Regions that the sentence names."""


def shortcut_sentence(rows: Sequence[ShortcutRow], search: SearchRecord | None) -> str:
    """Return what the model's score depends on, the strongest first, or what was looked for and would be missed.

    search: None where the frame was not searched, which the sentence then says.
    """
    shortcuts = sorted((row for row in rows if row.accused), key=lambda row: -max(row.lost, abs(row.pushed) / 4))
    regions = apart([row for row in search.rows if row.accused]) if search else []
    names = [*_places(regions[:LISTED]), *dict.fromkeys(_name(row) for row in shortcuts)]
    if names:
        listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        found = f"Possible shortcut: the score depends on {listed}, which may be unrelated to the disease."
        if search is None:
            return f"{found} {NOT_SEARCHED}"
        return f"{found} {SAME_PLACE}" if regions else found
    looked = f"{len(OPAQUE)} drawn markers, the corners, the border and a change of overall brightness"
    if search is None:
        return f"{NO_SHORTCUT} among {looked}. {NOT_SEARCHED}"
    return f"{NO_SHORTCUT} among {looked}, and {search.looked_at} regions of the frame. {missed_sentence(search)}"


def missed_sentence(search: SearchRecord) -> str:
    """Return how strong a shortcut the search of the frame would have missed."""
    if search.detectable >= 1:
        return f"With {search.n} images even a small mark that decides alone would be missed; give more images."
    return (
        f"With {search.n} images a small mark that carries less than {percent(search.detectable)} of the score's "
        f"difference between images with and without the label ({search.detectable_shift:.1f} in log-odds; "
        f"without it the AUROC "
        f"of {search.auroc:.3f} would be {search.auroc_without:.3f}) would often have been missed."
    )


def apart(rows: Sequence[RecordedRegion]) -> list[RecordedRegion]:
    """Return the rows without those whose region overlaps that of a row before."""
    kept: list[RecordedRegion] = []
    for row in rows:
        if all(_separate(row, one) for one in kept):
            kept.append(row)
    return kept


def _separate(one: RecordedRegion, other: RecordedRegion) -> bool:
    return (
        one.bottom <= other.top or other.bottom <= one.top or one.right <= other.left or other.right <= one.left
    ) and not (one.ring or other.ring)


def _places(rows: Sequence[RecordedRegion]) -> list[str]:
    """Return each named place once, with what lies in every region there."""
    places: dict[str, list[str]] = {}
    for row in rows:
        lies = places.setdefault(row.region.name, [])
        share, area = percent(row.share), percent(row.region.area, 1)
        if lies:
            lies.append(f"and {share} in another {area}")
        else:
            lies.append(
                f"{share} of the difference between images with and without the label lies in {area} of the frame"
            )
    return [f"{name} ({' '.join(lies)})" for name, lies in places.items()]


def _name(row: ShortcutRow) -> str:
    if row.what == BRIGHTNESS:
        return "the brightness of the image"
    return f"a drawn {row.what}" if row.kind == "insert" else f"the {row.what}"
