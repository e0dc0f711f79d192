"""Tell from the loss that a model was compiled with whether an output without activation is a regression's."""

_REGRESSION = frozenset(
    ("meansquarederror", "mse", "meanabsoluteerror", "mae", "meanabsolutepercentageerror", "mape", "poisson", "huber",
     "meansquaredlogarithmicerror", "msle", "logcosh", "cosinesimilarity")
)  # fmt: skip


def regression_loss(training: object, output: str) -> str | None:
    """Return the name of the loss of an output where it is one of regression, None for another or none at all.

    training: what the file says of training, as json reads it; it may hold anything, and no object is made of it.
    """
    loss = training.get("loss") if isinstance(training, dict) else None
    if isinstance(loss, dict) and "class_name" not in loss:
        loss = loss.get(output)
    elif isinstance(loss, list) and len(loss) == 1:
        loss = loss[0]
    name = _name(loss)
    return name if name is not None and name.replace("_", "").casefold() in _REGRESSION else None


def _name(loss: object) -> str | None:
    """Return the name of a loss, which Keras writes as a word or as a class or function with its settings."""
    if isinstance(loss, dict):
        settings = loss.get("config")
        named = settings if loss.get("class_name") == "function" else loss.get("class_name")
        return named if isinstance(named, str) else None
    return loss if isinstance(loss, str) else None
