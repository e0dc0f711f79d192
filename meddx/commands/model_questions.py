"""Ask on the terminal what `meddx model add` cannot find out, or refuse naming the option that answers it."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meddx.errors import MeddxError, Refused
from meddx.types import Progress

if TYPE_CHECKING:
    from meddx.install.choices import AddChoices, Question
    from meddx.install.tried_preprocessing import PreprocessingComparison

_MOST_TRIES = 3


def answered(file: Path, choices: "AddChoices", accept: bool) -> "AddChoices":
    """Return the choices with every question answered that only a person can answer, but preprocessing on data.

    accept: take every proposal. Without a terminal an open question is refused, naming its option.
    """
    from meddx.install.add_model import open_classes
    from meddx.install.choices import check_count, open_questions, settle, unanswered
    from meddx.model.importing.describe_file import describe_file

    found = describe_file(file)
    opened = open_classes(choices)
    classes = opened.classes if opened else {}
    columns = opened.label_columns if opened else ()
    while questions := open_questions(found, choices, classes, columns):
        question = questions[0]
        check_count(found, choices, classes)
        if accept and question.proposal is not None:
            choices = _with(choices, question, question.proposal)
        elif sys.stdin.isatty():
            choices = _with(choices, question, _asked(question))
        else:
            raise Refused("open-question", unanswered(question))
    settle(found, choices, classes)
    return choices


def chosen_preprocessing(
    file: Path, choices: "AddChoices", accept: bool, progress: Progress
) -> tuple["AddChoices", "PreprocessingComparison | None"]:
    """Return the choices with their preprocessing, and the comparison on the labelled set; None without a set.

    What was compared is shown, and the best is confirmed by the reader unless `accept` takes it.
    """
    from meddx.commands.model_output import print_tried
    from meddx.install.add_model import compare_for, preprocessing_of

    compared = compare_for(file, choices, progress)
    if compared is None:
        return choices, None
    best = preprocessing_of(choices, compared)
    reverse = best.channel_order == "bgr"
    if choices.scaling is None or choices.resize is None or (reverse and choices.channel_order is None):
        print_tried(compared, best)
        channels = f", channels {best.channel_order}" if reverse else ""
        question = f"Use scaling {best.scaling}{channels} and resize {best.resize}?"
        if not accept and not (sys.stdin.isatty() and _confirmed(question)):
            options = f"--scaling {best.scaling}{' --channels bgr' if reverse else ''} --resize {best.resize}"
            raise Refused("open-question", f"Best on these images is {options}; type these or others, or --yes.")
    return replace(choices, **best._asdict()), compared


def _with(choices: "AddChoices", question: "Question", value: object) -> "AddChoices":
    if question.field == "classes":
        name = question.option.removeprefix("--map ").removesuffix("=LABEL")
        return replace(choices, classes={**choices.classes, name: str(value)})
    if question.option == "--positive" and isinstance(value, tuple) and len(value) == 1:
        return replace(choices, positive=str(value[0]))
    changes: dict[str, Any] = {question.field: value}
    return replace(choices, **changes)


def _asked(question: "Question") -> object:
    """Return what the person types, an empty line for the proposal."""
    from meddx.install.choices import proposed_text

    hint = f" ({', '.join(question.choices)})" if question.choices else ""
    default = f" [{proposed_text(question)}]" if question.proposal is not None else ""
    for _ in range(_MOST_TRIES):
        print(f"{question.text}{hint}{default} ", end="", file=sys.stderr, flush=True)
        try:
            text = input().strip()
        except EOFError:
            break
        if not text and question.proposal is not None:
            return question.proposal
        if text and (not question.choices or text in question.choices):
            return _parsed(question, text)
    raise MeddxError(f"no answer to: {question.text}")


def _parsed(question: "Question", text: str) -> object:
    if question.field == "labels":
        return tuple(label.strip() for label in text.split(","))
    if question.field == "input":
        return parse_size(text)
    if question.field == "exclusive":
        return text == "exclusive"
    return text


def parse_size(text: str) -> tuple[int, int]:
    """Return (height, width) of a size written as HxW, or one number for a square.

    Raises MeddxError.
    """
    parts = text.casefold().replace("×", "x").split("x")
    if len(parts) > 2 or not all(part.strip().isdecimal() and 0 < int(part) <= 4096 for part in parts):
        raise MeddxError(f"--size takes HxW in pixels, such as 224x224, not {text!r:.40}")
    return int(parts[0]), int(parts[-1])


def _confirmed(question: str) -> bool:
    print(f"{question} [Y/n] ", end="", file=sys.stderr, flush=True)
    try:
        return input().strip().casefold() in ("", "y", "yes")
    except EOFError:
        return False
