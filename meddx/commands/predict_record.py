"""What `meddx predict` takes beside an image, and what it says of each part's share."""

from dataclasses import asdict

from meddx.errors import MeddxError
from meddx.types import JSON, Contributions


def record_values(text: str) -> dict[str, str]:
    """Return the values by field of "NAME=VALUE,...".

    Raises MeddxError for another form; the text is not repeated.
    """
    record: dict[str, str] = {}
    for number, part in enumerate(filter(str.strip, text.split(",")), start=1):
        name, mark, value = part.partition("=")
        if not mark or not name.strip():
            raise MeddxError(f"part {number} of --record is not NAME=VALUE, such as age=61; separate them by commas")
        if name.strip().casefold() in record:
            raise MeddxError(f"part {number} of --record names a field again; give each once")
        record[name.strip().casefold()] = value.strip()
    return record


def contributions_json(found: Contributions) -> JSON:
    """Return what an answer goes without, and the shares of its parts by label, in logit units.

    answered_without: part or field -> "missing", "out of range" or "unknown value". The words of the note are those
    that were read, in order.
    """
    without: dict[str, str] = dict(found.faults)
    first = next(iter(found.shares.values()))
    if "note" in first.parts and not found.has_note:
        without["note"] = "missing"
    return {
        "answered_without": without,
        "shares": {
            label: asdict(shares) | {"words": [list(pair) for pair in zip(found.words, shares.words, strict=True)]}
            for label, shares in found.shares.items()
        },
        "fields_exact": found.fields_exact,
        "words_error": found.words_error,
    }


def shares_lines(answer: JSON) -> list[str]:
    """Return a line for each label: its logit without any part, and what each part adds."""
    lines = []
    for label, shares in answer.get("shares", {}).items():
        parts = ", ".join(f"{part} {share:+.2f}" for part, share in shares["parts"].items())
        fields = ", ".join(f"{name} {share:+.2f}" for name, share in shares["fields"].items() if share)
        lines.append(f"  evidence for {label} (logit units): {shares['base']:+.2f} without any part, {parts}")
        if fields:
            lines.append(f"    of the record: {fields}")
        strongest = sorted(shares["words"], key=lambda pair: -abs(pair[1]))[:3]
        if strongest:
            lines.append(
                f"    of the note, strongest: {', '.join(f'{word} {share:+.2f}' for word, share in strongest)}"
            )
    return lines
