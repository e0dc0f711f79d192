"""Match the class names of a data set to the labels of a model."""

from collections.abc import Mapping

from meddx.errors import Refused


def label_of_class(name: str, labels: tuple[str, ...], names: Mapping[str, str]) -> str:
    """Return the label that corresponds to the class `name`.

    `names` (class -> label) decides first, otherwise the label of the same name; both ignore case. Several classes may
    stand for one label. Raises Refused("unknown-label").
    """
    mapped = {given.casefold(): label for given, label in names.items()}
    mapped_to = mapped.get(name.strip().casefold())
    wanted = name.strip() if mapped_to is None else mapped_to
    for label in labels:
        if label.casefold() == wanted.casefold():
            return label
    if mapped_to is not None:
        raise Refused(
            "unknown-label",
            f"The class {name!r} is mapped to {mapped_to!r}, which is none of the labels {', '.join(labels)}; "
            "map it to one of them.",
        )
    raise Refused(
        "unknown-label",
        f"The class {name!r} stands for none of the labels {', '.join(labels)}; name the label it belongs to "
        f"(--map '{name}=LABEL' on the command line).",
    )
