"""Find the role of each column of a table from its name, the user's options and its content."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from meddx.errors import Refused
from meddx.evaluate.class_names import key
from meddx.evaluate.external_predictions import column_names as known
from meddx.evaluate.external_predictions.options import ROLES, Reading
from meddx.evaluate.external_predictions.table_file import Table
from meddx.evaluate.patient_names import names_patient

COHORT = 20
"""Mean number of cases per group above which a column `group` is not taken for patients."""


@dataclass(frozen=True)
class Columns:
    """The names of the columns by role.

    case: None where rows are numbered; label: None where `truths` gives the truth. truths, findings, thresholds: label
    -> column; "" in `thresholds` stands for the only label. readers: name -> column. origin: column that states the
    origin of the thresholds. refused: column of the reasons why meddx refused rows. rest: columns that may be scores or
    attributes.
    """

    case: str | None
    patient: str | None
    label: str | None
    score: str | None
    truths: Mapping[str, str]
    findings: Mapping[str, str]
    thresholds: Mapping[str, str]
    readers: Mapping[str, str]
    origin: str | None
    refused: str | None
    rest: tuple[str, ...]


def find_columns(table: Table, options: Reading) -> Columns:
    """Return the columns by role.

    Raises Refused, with the option to type, where the role of a column is ambiguous.
    """
    told = _told(table, options.columns)
    free = [name for name in table.names if name not in told.values()]
    own = {"true", *known.OWN_RESULTS} - {"prediction_set"} <= set(free)
    truths = _prefixed(free, ("true",)) or _prefixed(free, known.TRUTH_WORDS)
    findings = _prefixed(free, ("finding",)) if own else {}
    thresholds = _prefixed(free, ("threshold", "cutoff", "cut_off"), anywhere=True)
    thresholds |= dict([("", name) for name in free if key(name) in ("threshold", "cutoff")][:1])
    readers = _readers(free)
    origin = next((name for name in free if key(name) == "thresholdorigin"), None)
    thresholds = {label: name for label, name in thresholds.items() if name != origin}
    taken = {*truths.values(), *findings.values(), *thresholds.values(), *readers.values(), origin}
    free = [name for name in free if name not in taken]
    refused = "refused" if own and "refused" in free else None
    if own:
        free = [name for name in free if name not in known.OWN_RESULTS]
    patient = told.get("patient") or _patient(table, free)
    free = [name for name in free if name != patient]
    label = told.get("label")
    if label is None and not truths:
        label = _label(table, free)
    elif label is None:
        label = next((name for name in free if key(name) == "label"), None)
    free = [name for name in free if name != label]
    case = told.get("case")
    if case is None and not options.number_rows:
        case = _case(table, free, patient)
        free = [name for name in free if name != case]
    return Columns(
        case, patient, label, told.get("score"), truths, findings, thresholds, readers, origin, refused, tuple(free),
    )  # fmt: skip


def _told(table: Table, given: Mapping[str, str]) -> dict[str, str]:
    """Return role -> column, as given by the user."""
    found = {}
    for role, name in given.items():
        if role not in ROLES:
            raise Refused("unknown-role", f"--column takes {', '.join(ROLES)} before =, not {role!r:.80}.")
        same = [one for one in table.names if one == name] or [one for one in table.names if key(one) == key(name)]
        if len(same) != 1:
            raise Refused("missing-column", f"The file has no column {name!r:.80}; it has {listed(table.names)}.")
        found[role] = same[0]
    return found


def _prefixed(names: Iterable[str], words: tuple[str, ...], *, anywhere: bool = False) -> dict[str, str]:
    """Return label -> column of `word:LABEL`; anywhere: of `word_LABEL` and `LABEL word` too."""
    found: dict[str, str] = {}
    for name in names:
        if anywhere or known.has_colon(name, words):
            label = known.stem(name, words)
            if label is not None:
                found.setdefault(label, name)
    return found


def _readers(names: Iterable[str]) -> dict[str, str]:
    found = {}
    for name in names:
        person = known.stem(name, known.READER_WORDS)
        if person is not None and name.casefold().startswith(known.READER_WORDS):
            found[person if ":" in name else name] = name
    return found


def _patient(table: Table, names: Sequence[str]) -> str | None:
    """Return the column of patients.

    Raises Refused for two that group the rows differently.
    """
    found = [name for name in names if names_patient(name) and not _is_cohort(table, name)]
    exact = [name for name in found if key(name) in ("patient", "patientid")]
    if len(exact) == 1:
        found = exact
    return _one_of(table, found, "patient", "the patients")


def _is_cohort(table: Table, name: str) -> bool:
    """Return whether a column `group` holds a few groups of many cases (arms or cohorts), not patients."""
    return key(name) in ("group", "groups") and len(table.distinct(name)) * COHORT < len(table)


def _label(table: Table, names: Sequence[str]) -> str | None:
    """Return the column that names the truth: `label`, otherwise the only one with another usual name."""
    words = [key(word) for word in known.LABEL]
    found = [name for name in names if key(name) in words]
    exact = [name for name in found if key(name) == "label"]
    return _one_of(table, exact or found, "label", "the truth")


def _case(table: Table, names: Sequence[str], patient: str | None) -> str | None:
    """Return the column that names the cases: the most reliable name among those without repeats."""
    words = [key(word) for word in known.CASE]
    found = sorted((name for name in names if key(name) in words), key=lambda name: words.index(key(name)))
    if not found:
        found = [name for name in names if name in known.LAST_RESORT or key(name) in map(key, known.LAST_RESORT[1:])][
            :1
        ]
    if not found:
        if patient is not None and not _repeats(table, patient):
            return patient
        raise Refused(
            "missing-column",
            f"The file has no column 'case' or of a like name that says which case a row is; it has "
            f"{listed(table.names)}. Type --column case=NAME, or --number-rows where the rows are the cases.",
        )
    if key(found[0]) == "case":
        return found[0]
    once = [name for name in found if not _repeats(table, name)]
    again = [name for name in found if name not in once]
    if once and again and patient is None:
        raise Refused(
            "which-patient",
            f"Column {again[0]!r:.80} has the same value in several rows and {once[0]!r:.80} has not; type --column "
            f"patient={again[0]} where it names the patient, or --column case={once[0]} --column patient={once[0]} "
            "where every row is a patient of its own.",
        )
    return (once or found)[0]


def _one_of(table: Table, names: Sequence[str], role: str, what: str) -> str | None:
    """Return the only column, or the first of several that group the rows in the same way.

    Raises Refused for several that differ.
    """
    if len(names) < 2:
        return names[0] if names else None
    parts = {_partition(table.text(name)) for name in names}
    if len(parts) == 1 and (role == "patient" or len({table.text(name) for name in names}) == 1):
        return names[0]
    raise Refused(
        f"which-{role}",
        f"Columns {listed(names)} may each name {what} and differ; type "
        f"{' or '.join(f'--column {role}={name}' for name in names)}.",
    )


def _partition(values: tuple[str | None, ...]) -> tuple[int, ...]:
    number: dict[str | None, int] = {}
    return tuple(number.setdefault(value, len(number)) for value in values)


def _repeats(table: Table, name: str) -> bool:
    return len(table.distinct(name)) < int(table.filled(name).sum())


def listed(names: Iterable[str], repeat: Callable[[str], str] = repr) -> str:
    """Return the first twelve names, joined for a sentence."""
    every = [repeat(name)[:80] for name in names]
    return ", ".join(every[:12]) + (f" and {len(every) - 12} more" if len(every) > 12 else "")
