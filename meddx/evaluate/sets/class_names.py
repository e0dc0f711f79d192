"""A data set's names for its classes, matched to a model's labels."""

from collections.abc import Mapping

from meddx.errors import Refused


def label_of_class(name: str, labels: tuple[str, ...], names: Mapping[str, str]) -> str:
    """The label that the class `name` stands for: by `names` (class -> label) first, else of the same name.

    Both without regard to case. Several classes may stand for one label. Raises Refused("unknown-label").
    """
    mapped = {given.casefold(): label for given, label in names.items()}
    wanted = mapped.get(name.strip().casefold(), name.strip()).casefold()
    for label in labels:
        if label.casefold() == wanted:
            return label
    raise Refused(
        "unknown-label",
        f"The class {name!r} stands for none of the labels {', '.join(labels)}; name the label it belongs to.",
    )
