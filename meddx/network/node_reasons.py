"""What the node says beside a film or a task: why it goes no further. Pages draw it in the reader's language."""

from meddx.network.film_attributes import FilmAttributes

FILE_MISSING = "Its file is missing: send it again."
NO_MODEL_ACCEPTS = "No model of a rule accepts it."
RESULTS_REMOVED = "The results have been removed."


def no_rule(film: FilmAttributes) -> str:
    """Return that no rule is for a film."""
    stated = ", ".join(filter(None, (film.modality, film.body_part, film.view))) or "nothing stated"
    return f"No rule is for it ({stated})."


def peer_gone(name: str) -> str:
    """Return that a peer is gone."""
    return f"Peer {name!r} is not configured any more."


def rule_gone(name: str) -> str:
    """Return that a rule is gone."""
    return f"Rule {name!r} is not configured any more."


def opinions_left_out(count: int) -> str:
    """Return how many opinions were not sent with the others."""
    return f"Opinions on another version of the model, or on a label that it no longer has, were left out: {count}."
