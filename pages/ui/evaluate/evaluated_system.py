"""The record that every section of the Evaluate page reads: predictions of labelled cases and their origin."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce

from meddx.evaluate.predictions import Predictions
from meddx.model.card import Card
from meddx.types import Refusal, StoredFrame
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.evaluate.labelled_images.class_mapping import data_set_name


def no_images(case_id: str) -> StoredFrame | Refusal:
    """Return the refusal of a source that has predictions but no images."""
    return Refusal("no-images", "This source has predictions only, without images.")


def no_address(case_id: str) -> str:
    """Return "": the case is not in the server's library."""
    return ""


@dataclass(frozen=True)
class EvaluatedSystem:
    """Hold the predictions of one system on labelled cases, with titles, thresholds and origin. Made by a source.

    source: names where cases and images come from: a recorded split of a model, an evaluation, a file.
    title: the system, in a line: "Childhood pneumonia, plain CNN". cases: what the cases are: "recorded test images".
    chosen_on: whether thresholds and calibration were chosen on these same cases (validation).
    exclusive: whether every case has exactly one label. titles: label -> title for readers.
    thresholds: in the order of predictions.labels, NaN where there is none. threshold_origin: where they come from, a
    phrase.
    card: of the model; None for another system. refused: file or row -> why it was skipped.
    image: case id -> the image as its file holds it, or why there is none; called when the reader opens a case.
    address: case id -> its address in the server's library, "" where it is in none.
    parts: label -> the card's labels that it combines, where it is not itself a label of the card.
    ordered: whether the labels are grades, from least to most severe. description: facts of the data set for the
    report, name -> text.
    """

    source: str
    title: str
    cases: str
    predictions: Predictions
    exclusive: bool
    titles: Mapping[str, str]
    thresholds: tuple[float, ...]
    threshold_origin: str
    card: Card | None = None
    chosen_on: bool = False
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    image: Callable[[str], StoredFrame | Refusal] = no_images
    address: Callable[[str], str] = no_address
    description: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ordered: bool = False

    @cached_property
    def key(self) -> str:
        """Return a digest of all that decides a number: results are cached under it, and widgets keep their state."""
        card = self.card.fingerprint if self.card else ""
        parts = sorted(self.parts.items())
        facts = (self.source, self.predictions.digest, self.exclusive, self.ordered, self.thresholds, parts, card)
        return hashlib.sha256(repr(facts).encode()).hexdigest()

    @property
    def origin_of_thresholds(self) -> str:
        """Return where the thresholds come from, a phrase in the reader's language."""
        card = self.card
        if card is not None and self.threshold_origin == f"the card of {card.id} {card.version}":
            return _("the card of {model} {version}").format(model=card.id, version=card.version)
        return translated(self.threshold_origin)

    @property
    def heading(self) -> str:
        """Return the title in the reader's language; the name of a data set before a model's title stays."""
        name = self.title.removesuffix(f": {self.card.title}") if self.card else self.title
        if self.card is None or name == self.title:
            return translated(self.title)
        return _("{name}: {model}").format(name=data_set_name(name), model=translated(self.card.title))

    def label_title(self, label: str) -> str:
        """Return a label's title in the reader's language."""
        parts = self.parts.get(label, (label,))
        if self.card is None or len(parts) < 2:
            return translated(self.titles[label])
        titles = [translated(one.title) for one in self.card.labels if one.name in parts]
        return reduce(lambda text, other: _("{label} or {other}").format(label=text, other=other), titles)

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the labels in the order of the predictions' columns."""
        return self.predictions.labels


def is_of_model(card: Card, predictions: Predictions) -> bool:
    """Return whether there are predictions, and their labels are the card's in any order."""
    return set(predictions.labels) == {label.name for label in card.labels} and len(predictions) > 0
