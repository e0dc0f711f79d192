"""What labels are called beside a picture."""


def short_title(label: str) -> str:
    """Return a label's title without what it says in brackets at its end, for the sides of a picture."""
    return label.partition(" (")[0]
