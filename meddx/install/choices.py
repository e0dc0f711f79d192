"""Settle what a person must decide when a model is added: what the file and the labelled set say needs no question."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from meddx.errors import Refused
from meddx.evaluate.class_names import class_of_interest, key
from meddx.evaluate.sets.class_names import label_of_class
from meddx.install.threshold_rules import YOUDEN_RULE, ThresholdRule
from meddx.model.importing.found_model import ChannelOrder, FoundHead, FoundModel, ImportChoices, Resize, Scaling

COVERAGE = 0.9
"""Of prediction sets, where nobody asks for another."""
RESIZES: tuple[Resize, ...] = get_args(Resize)


@dataclass(frozen=True)
class AddChoices:
    """What a person says about a model that is added. None, or empty, leaves it to be found out or asked.

    labels: in the order of the outputs; of one output: absent, present. positive: the label of a single output.
    exclusive: whether exactly one label is true. input: (height, width). channel_order: without labelled images it is
    taken to be rgb, as of most networks.
    data: a labelled set to calibrate and test on; classes: its name of a class -> label, where they differ.
    roots: folders outside which none of its images may lie, for a set that somebody else sent; None allows any.
    set_name: of the labelled set, as the card states it; the name of its folder or file by default.
    rule: thresholds are chosen by. coverage: of prediction sets. seed: of the split by patient.
    """

    id: str | None = None
    title: str | None = None
    labels: tuple[str, ...] = ()
    positive: str | None = None
    head: str | None = None
    exclusive: bool | None = None
    input: tuple[int, int] | None = None
    scaling: Scaling | None = None
    resize: Resize | None = None
    channel_order: ChannelOrder | None = None
    data: Path | None = None
    roots: tuple[Path, ...] | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    set_name: str | None = None
    rule: ThresholdRule = YOUDEN_RULE
    coverage: float = COVERAGE
    seed: int = 0


@dataclass(frozen=True)
class Question:
    """Something that only a person can say.

    field: of AddChoices. option: of the command. text: the question, one sentence. proposal: the likely answer, a value
    for the field; None where there is none. choices: the possible answers, where they are few.
    """

    field: str
    option: str
    text: str
    proposal: object = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class SettledModel:
    """Everything but the preprocessing. labels, classes: as in AddChoices; absent: labels that mean a normal case."""

    labels: tuple[str, ...]
    absent: frozenset[str]
    classes: Mapping[str, str]
    head: FoundHead
    exclusive: bool
    input: tuple[int, int]

    def import_choices(self, scaling: Scaling, channel_order: ChannelOrder = "rgb") -> ImportChoices:
        """Return the choices that prepare the network with a scaling."""
        return ImportChoices(self.head.name, self.exclusive, self.input, scaling, channel_order)


def open_questions(
    found: FoundModel, choices: AddChoices, classes: Collection[str], columns: Sequence[str] = ()
) -> tuple[Question, ...]:
    """Return what is still to be said, in the order to ask it; answering a question may raise another.

    classes: those of the labelled set, none without one; columns: of its table that mark labels. Preprocessing is a
    question only without data; with data, meddx.install.preprocessing_search compares what is left open.
    """
    questions = []
    head = _head(found, choices)
    if head is None:
        names = tuple(one.name for one in found.heads)
        text = f"The model has the outputs {', '.join(names)}: which one is the answer?"
        return (Question("head", "--head", text, proposed_head(found).name, names),)
    if head.kind == "logits" and choices.exclusive is None:
        text = f"Output {head.name!r} has no activation: is exactly one of its {head.units} labels true of an image?"
        questions.append(Question("exclusive", "--task", text, True, ("exclusive", "multilabel")))
    if not _names_labels(head, choices):
        questions.append(_labels_question(head, sorted(classes), columns))
    elif unmatched := _unmatched(_labels(head, choices, classes), choices, classes):
        labels = _labels(head, choices, classes)
        text = f"Which of the labels {', '.join(labels)} does the class {unmatched[0]!r} of the set stand for?"
        proposal = numbered_label(unmatched[0], labels)
        questions.append(Question("classes", f"--map {unmatched[0]}=LABEL", text, proposal))
    if found.input is None and choices.input is None:
        height, width = found.proposed_input
        text = "The file leaves the size of the input open: how many rows and columns did the model learn from?"
        questions.append(Question("input", f"--size {height}x{width}", text, found.proposed_input))
    if choices.data is None:
        if choices.scaling is None and len(found.scalings) > 1:
            text = "Without labelled images nobody can tell how the model's input was scaled: how was it?"
            questions.append(Question("scaling", "--scaling", text, None, found.scalings))
        if choices.resize is None:
            text = "How were images brought to the size of the input?"
            questions.append(Question("resize", "--resize", text, None, RESIZES))
    return tuple(questions)


def settle(found: FoundModel, choices: AddChoices, classes: Collection[str]) -> SettledModel:
    """Return what the file, the set and the person say together.

    Raises Refused naming the option for a question that is open, and for a number of labels that is not the model's.
    """
    head = _head(found, choices)
    check_count(found, choices, classes)
    questions = open_questions(found, choices, classes)
    if questions:
        raise Refused("open-question", unanswered(questions[0]))
    if head is None:
        raise Refused("open-question", "The output to use is not named; type --head.")
    labels = _labels(head, choices, classes)
    return SettledModel(
        labels,
        _absent(labels, head),
        _class_labels(labels, choices, classes),
        head,
        choices.exclusive if choices.exclusive is not None else head.kind != "sigmoid",
        found.input or choices.input or found.proposed_input,
    )


def unanswered(question: Question) -> str:
    """Return the sentence for whoever left a question open: which option answers it."""
    options = f" {' or '.join(question.choices)}" if question.choices else ""
    proposal = f", or --yes for {proposed_text(question)}" if question.proposal is not None else ""
    return f"{question.text} Type {question.option}{options}{proposal}."


def proposed_text(question: Question) -> str:
    """Return the proposal as it is typed: "a,b,c", "224x224", "exclusive"."""
    value = question.proposal
    if question.field == "exclusive":
        return "exclusive" if value else "multilabel"
    if isinstance(value, tuple):
        return ("x" if question.field == "input" else ",").join(str(part) for part in value)
    return str(value)


def model_id(file: Path) -> str:
    """Return an id from a file's name: lower-case letters, digits and dashes."""
    plain = re.sub(r"[^a-z0-9]+", "-", file.name.rsplit(".", 1)[0].casefold()).strip("-")
    return plain or "model"


def _head(found: FoundModel, choices: AddChoices) -> FoundHead | None:
    """Return the output to use, None where there are several and none is chosen."""
    if choices.head is None:
        return found.heads[0] if len(found.heads) == 1 else None
    for head in found.heads:
        if head.name == choices.head:
            return head
    names = ", ".join(head.name for head in found.heads)
    raise Refused("no-such-output", f"The model has no output {choices.head!r:.60}; --head takes one of {names}.")


def proposed_head(found: FoundModel) -> FoundHead:
    """Return the first output that ends in a softmax or sigmoid, else the first: without one it may be a regression."""
    sure = (one for one in found.heads if one.kind in ("softmax", "sigmoid", "one sigmoid"))
    return next(sure, found.heads[0])


def output_used(found: FoundModel, model: SettledModel) -> str:
    """Return which of several outputs is the answer, a sentence; "" of a single one."""
    if len(found.heads) == 1:
        return ""
    return f"Of the outputs {', '.join(head.name for head in found.heads)}, {model.head.name} is the answer."


def _count(head: FoundHead) -> int:
    return max(head.units, 2)


def _names_labels(head: FoundHead, choices: AddChoices) -> bool:
    return bool(choices.labels) or (choices.positive is not None and head.units == 1)


def check_count(found: FoundModel, choices: AddChoices, classes: Collection[str]) -> None:
    """Raise Refused where the labels, or the classes of the set, are not as many as the output has labels."""
    head = _head(found, choices)
    if head is None:
        return
    count = _count(head)
    numbers = "1 number, which gives 2 labels" if head.units == 1 else f"{count} numbers, one for each label"
    if choices.labels and len(choices.labels) != count:
        raise Refused(
            "label-count",
            f"Output {head.name!r} has {numbers}, and {len(choices.labels)} labels are named; "
            "name as many, in the order of the outputs (--labels).",
        )
    if not _names_labels(head, choices) and classes and len(classes) != count:
        raise Refused(
            "label-count",
            f"Output {head.name!r} has {numbers}, and the labelled set has {len(classes)} classes; name the labels in "
            "the order of the outputs (--labels), and for each class the label that it stands for (--map CLASS=LABEL).",
        )


def _labels_question(head: FoundHead, classes: list[str], columns: Sequence[str]) -> Question:
    if head.units == 1:
        text = f"Which labels does output {head.name!r} with 1 number stand for, absent first, then present?"
    else:
        text = (
            f"Which labels does output {head.name!r} with {head.units} numbers stand for, in the order of its numbers?"
        )
    usual = usual_labels(head, classes, columns)
    if not usual:
        return Question("labels", "--positive" if head.units == 1 else "--labels", text)
    why = (
        "The table's columns in their order are usual."
        if columns
        else "The set's classes in alphabetical order are usual."
    )
    return Question("labels", "--labels", f"{text} {why}", usual)


def usual_labels(head: FoundHead, classes: Collection[str], columns: Sequence[str]) -> tuple[str, ...]:
    """Return the labels that an output most likely has, () where the labelled set has not as many as the output.

    They are a table's columns of labels in their order, as a network learns from such a table, else the classes in
    alphabetical order, as image_dataset_from_directory and flow_from_directory number folders.
    """
    ordered = tuple(columns) or tuple(sorted(classes))
    return ordered if len(ordered) == _count(head) else ()


def numbered_label(name: str, labels: Sequence[str]) -> str | None:
    """Return the label that a class most likely stands for whose name is the number of an output, counted from 0."""
    return labels[int(name)] if name.isascii() and name.isdecimal() and int(name) < len(labels) else None


def _labels(head: FoundHead, choices: AddChoices, classes: Collection[str]) -> tuple[str, ...]:
    if choices.labels or choices.positive is None:
        return choices.labels
    positive = choices.positive.casefold()
    given = {name.casefold(): label.casefold() for name, label in choices.classes.items()}
    rest = [name for name in classes if given.get(name.casefold(), name.casefold()) != positive]
    named = len(classes) == 2 and len(rest) == 1 and rest[0].casefold() not in given and not rest[0].isdecimal()
    absent = rest[0] if named else f"no {choices.positive}"
    return absent, choices.positive


def _unmatched(labels: tuple[str, ...], choices: AddChoices, classes: Collection[str]) -> list[str]:
    """Return the classes of the set that stand for no label."""
    unmatched = []
    for name in sorted(classes):
        try:
            label_of_class(name, labels, choices.classes)
        except Refused:
            unmatched.append(name)
    return unmatched


def _class_labels(labels: tuple[str, ...], choices: AddChoices, classes: Collection[str]) -> dict[str, str]:
    """Return the label of each class of the set."""
    return {name: label_of_class(name, labels, choices.classes) for name in classes}


def _absent(labels: tuple[str, ...], head: FoundHead) -> frozenset[str]:
    """Return the labels whose finding is the absence of disease."""
    if head.units == 1:
        return frozenset(labels[:1])
    interest = class_of_interest(labels)
    if interest is not None:
        return frozenset(labels) - {interest}
    return frozenset(label for label in labels if key(label) in ("normal", "healthy", "nofinding"))
