"""Names of classes: comparison of their spellings, and recognition of those that mean a normal case."""

import re
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def key(name: str) -> str:
    """Return a name without case, spaces and punctuation, for comparing spellings: "Patient ID" -> "patientid"."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "", plain) or plain.strip()


_NORMAL = frozenset(
    key(word)
    for word in (
        "normal", "healthy", "negative", "neg", "none", "no", "absent", "control", "controls", "benign", "no finding",
        "no findings", "unremarkable", "no disease", "nondisease", "without", "clear", "false", "well", "gesund",
        "sain", "sano", "sana", "normale", "ohne befund", "unauffällig", "other", "rest", "no abnormality", "0",
    )
)  # fmt: skip

_NOT = frozenset({"no", "not", "non", "without", "kein", "keine", "ohne", "sans"})
_NORMAL_WORD = frozenset({"normal", "healthy", "benign", "control", "gesund", "sain", "sano", "negative"})
"""Words that mean a normal case also among other words: "healthy lung"."""


def is_normal(label: str) -> bool:
    """Return whether a label means a normal case: "normal", "No finding", "no pneumonia", "non-COVID"."""
    words = re.findall(r"[^\W_]+", label.casefold())
    if len(words) > 1 and words[0] in _NOT:
        return not is_normal(" ".join(words[1:])) or key(label) in _NORMAL
    return key(label) in _NORMAL or bool(_NORMAL_WORD.intersection(words))


def class_of_interest(labels: tuple[str, ...]) -> str | None:
    """Return the one of two labels that is not normal; None unless exactly one of two is (see `is_normal`)."""
    other = [label for label in labels if not is_normal(label)]
    return other[0] if len(labels) == 2 and len(other) == 1 else None
