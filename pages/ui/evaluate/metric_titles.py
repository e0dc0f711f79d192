"""Short titles of labels."""


def short_title(label: str) -> str:
    """Return a label's title without its part in brackets, for the axes of a chart."""
    return label.partition(" (")[0]
