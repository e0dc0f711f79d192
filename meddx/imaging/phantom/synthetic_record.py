"""A synthetic record and note beside a phantom, and a label that depends on them in known parts.

Age, word and lesion each add to the logit of "disease" by a known amount. What is true of each part's share follows:
for every combination of parts the logit of the label's probability, averaged over what the others may be, and from
these the Shapley values. Nothing here is about people.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from scipy.special import expit, logit

from meddx.imaging.phantom.chest import PREVALENCE

LESION, WORD = "effusion", "haemoptysis"
"""The lesion and the word that the label depends on."""
AGES = tuple(range(20, 91))
WORD_SHARE, MISSING_SHARE = 0.4, 0.1
"""How often the note has the word, and how often a field is missing, each by chance alone."""
INTERCEPT, OF_LESION, OF_AGE, OF_WORD = -3.0, 4.0, 0.08, 2.8
"""Of the logit: at the age of 55 without lesion and word; what the lesion adds, each year beyond 55, and the word."""
_FILLERS = (
    "synthetic", "patient", "seen", "today", "for", "review", "no", "acute", "distress", "mild", "cough", "since",
    "monday", "appetite", "good", "sleeps", "well", "walks", "daily", "afebrile", "on", "examination", "stable",
)  # fmt: skip


@dataclass(frozen=True)
class SyntheticRecord:
    """The record and note of one phantom.

    age: years; sex, smoker: of no consequence; missing: names of the fields that are not written down. disease: the
    label. shares: what image, record and note truly contribute, in logit units.
    """

    age: int
    sex: str
    smoker: bool
    note: str
    missing: frozenset[str]
    disease: bool
    base: float
    shares: dict[str, float]

    def columns(self) -> dict[str, str]:
        """Return the columns of a manifest, by name."""
        values = {"age": str(self.age), "sex": self.sex, "smoker": "yes" if self.smoker else "no"}
        return {
            "label": "disease" if self.disease else "healthy",
            **{name: "" if name in self.missing else value for name, value in values.items()},
            "note": self.note,
            "true_base": f"{self.base:.6f}",
            **{f"true_{part}": f"{share:.6f}" for part, share in self.shares.items()},
        }


def draw_record(random: np.random.Generator, lesion: bool) -> SyntheticRecord:
    """Return a record for a phantom with or without the lesion."""
    age = int(random.choice(AGES))
    word = bool(random.random() < WORD_SHARE)
    words = list(random.choice(_FILLERS, 8, replace=False))
    if word:
        words.insert(int(random.integers(0, len(words) + 1)), WORD)
    sex, smoker = str(random.choice(["F", "M"])), bool(random.random() < 0.5)
    missing = frozenset(name for name in ("age", "sex", "smoker") if random.random() < MISSING_SHARE)
    disease = bool(random.random() < expit(_logit(age, word, lesion)))
    base, shares = true_shares(None if "age" in missing else age, word, lesion)
    return SyntheticRecord(age, sex, smoker, " ".join(words).capitalize() + ".", missing, disease, base, shares)


def true_shares(age: int | None, word: bool, lesion: bool) -> tuple[float, dict[str, float]]:
    """Return the logit of the disease without any part, and the true share of "image", "record" and "note".

    age: None where it is missing. With the logit without any part the shares add up to that of the case.
    """
    worth = {
        members: known_logit(age if members[1] else None, word if members[2] else None, lesion if members[0] else None)
        for members in product((False, True), repeat=3)
    }
    nothing = (False, False, False)
    shares = {}
    for place, part in enumerate(("image", "record", "note")):
        share = 0.0
        for members, value in worth.items():
            if not members[place]:
                others = sum(members)
                joined = (*members[:place], True, *members[place + 1 :])
                share += (1 / 3, 1 / 6, 1 / 3)[others] * (worth[joined] - value)
        shares[part] = share
    return worth[nothing], shares


@cache
def known_logit(age: int | None, word: bool | None, lesion: bool | None) -> float:
    """Return the logit of the disease where only some of these are known: None stands for what is not."""
    ages = np.array(AGES if age is None else [age])
    words = ((True, WORD_SHARE), (False, 1 - WORD_SHARE)) if word is None else ((word, 1.0),)
    lesions = ((True, PREVALENCE), (False, 1 - PREVALENCE)) if lesion is None else ((lesion, 1.0),)
    p = 0.0
    for (has_word, of_word), (has_lesion, of_lesion) in product(words, lesions):
        p += of_word * of_lesion * float(expit(_logit(ages, has_word, has_lesion)).mean())
    return float(logit(p))


def _logit(age: float | np.ndarray, word: bool, lesion: bool) -> float | np.ndarray:
    return INTERCEPT + OF_AGE * (age - 55) + OF_WORD * word + OF_LESION * lesion
