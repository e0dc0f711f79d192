"""The worklist of the node: its films by patient and study, what models said of them, and the most urgent first."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from meddx.network.node_config import NodeConfig
from meddx.network.node_database import AnsweredLabel, Film, Heading, Task
from meddx.network.node_queue import NodeQueue

WorkState = Literal["failed", "waiting", "read", "sent", "refused"]
WORK_STATES: tuple[WorkState, ...] = get_args(WorkState)
"""failed: a person has to look at it. waiting: for its model. read: results are there, and not yet sent where they are
to be. sent: they are. refused: no model reads it. A study has the first state that one of its films has."""
Order = Literal["urgency", "arrival"]
_Row = TypeVar("_Row", Task, AnsweredLabel)


@dataclass(frozen=True)
class ListedFilm:
    """A film with its tasks, and what models said of it: findings and critical labels, the most probable first."""

    film: Film
    heading: Heading
    tasks: tuple[Task, ...]
    labels: tuple[AnsweredLabel, ...]

    @property
    def state(self) -> WorkState:
        """Return how far it is."""
        if any(task.needs_person for task in self.tasks):
            return "failed"
        if self.film.state == "no model":
            return "refused"
        answers, sends = ([task for task in self.tasks if task.kind == kind] for kind in ("answer", "send"))
        if not answers or any(task.state == "waiting" for task in answers):
            return "waiting"
        return "sent" if sends and all(task.state == "done" for task in sends) else "read"


@dataclass(frozen=True)
class ListedStudy:
    """A study of the worklist. critical: what makes it urgent, None where no critical label has a probability."""

    uid: str
    films: tuple[ListedFilm, ...]
    critical: AnsweredLabel | None

    @property
    def heading(self) -> Heading:
        """Return what the first film that states a patient says of it."""
        return next((one.heading for one in self.films if one.heading.patient), self.films[0].heading)

    @property
    def received(self) -> float:
        """Return when its first film came, in seconds since 1970."""
        return min(one.film.received for one in self.films)

    @property
    def state(self) -> WorkState:
        """Return the first state, in the order of WORK_STATES, that one of its films has."""
        return min((one.state for one in self.films), key=WORK_STATES.index)

    @property
    def labels(self) -> list[AnsweredLabel]:
        """Return what models said of its films, the most probable first, each label of a model once."""
        every = sorted((label for one in self.films for label in one.labels), key=lambda label: label.probability)
        once = {(label.model, label.label): label for label in every}
        return sorted(once.values(), key=lambda label: -label.probability)

    @property
    def failed(self) -> list[Task]:
        """Return the tasks that a person has to look at, and may have tried again."""
        return [task for one in self.films for task in one.tasks if task.needs_person]

    def waited(self, now: float | None = None) -> float:
        """Return for how many seconds it has been here."""
        return max(0.0, (time.time() if now is None else now) - self.received)


@dataclass(frozen=True)
class WorklistFilter:
    """Which studies are shown; None for all. model: its id, of a film of the study. finding: title of a label."""

    state: WorkState | None = None
    model: str | None = None
    finding: str | None = None

    def takes(self, study: ListedStudy) -> bool:
        """Return whether a study is shown."""
        found = [label for label in study.labels if label.is_finding]
        return (
            self.state in (None, study.state)
            and (self.model is None or any(label.model == self.model for label in study.labels))
            and (self.finding is None or any(label.title == self.finding for label in found))
        )


def listed_studies(queue: NodeQueue, config: NodeConfig) -> list[ListedStudy]:
    """Return the studies whose films the node holds, the first received first. Raises sqlite3.Error."""
    critical = {(rule.name, label) for rule in config.rule for label in rule.critical}
    with queue.reading():
        films, tasks = queue.held_films(), _by_film(queue.held_tasks())
        headings = {heading.film: heading for heading in queue.headings()}
        labels = _by_film(queue.answered_labels(sorted({label for _, label in critical})))
    studies = defaultdict[str, list[ListedFilm]](list)
    for film in films:
        heading = headings.get(film.id, Heading(film.id))
        listed = ListedFilm(film, heading, tuple(tasks[film.id]), tuple(labels[film.id]))
        studies[film.study_instance_uid].append(listed)
    return [ListedStudy(uid, tuple(some), _most_critical(some, critical)) for uid, some in studies.items()]


def grouped_by_patient(studies: Iterable[ListedStudy], order: Order) -> list[list[ListedStudy]]:
    """Return the studies in groups, one a patient; groups and the studies in them in that order.

    urgency: by the calibrated probability of critical labels in whole percent, the highest first and those without one
    last, then by how long they have waited. arrival: the last received first.
    """

    def place(study: ListedStudy) -> tuple[float, float]:
        if order == "arrival":
            return (0.0, -study.received)
        return (-round(study.critical.probability, 2) if study.critical else 1.0, study.received)

    groups = defaultdict[tuple[str, str], list[ListedStudy]](list)
    for study in sorted(studies, key=place):
        patient = study.heading.patient
        groups[patient, "" if patient else study.uid].append(study)
    return list(groups.values())


def _most_critical(films: Sequence[ListedFilm], critical: set[tuple[str, str]]) -> AnsweredLabel | None:
    """Return the most probable of the critical labels; a score that is not calibrated is no probability."""
    labels = (label for one in films for label in one.labels)
    fitting = [label for label in labels if label.is_calibrated and (label.rule, label.label) in critical]
    return max(fitting, key=lambda label: label.probability, default=None)


def _by_film(rows: Iterable[_Row]) -> defaultdict[int, list[_Row]]:
    found = defaultdict[int, list[_Row]](list)
    for row in rows:
        found[row.film].append(row)
    return found
