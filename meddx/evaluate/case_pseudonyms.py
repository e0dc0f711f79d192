"""Name cases and patients by pseudonyms where the server de-identifies what it reads, and number them for the files.

What an upload is called is replaced before it is stored (meddx.engine.deidentified_upload); sets in folders of the
server and files of scores keep their names, so their cases are renamed when they are read.
"""

from collections.abc import Mapping
from dataclasses import replace

from meddx.deidentification_settings import reading_keeps_characteristics, reading_policy
from meddx.errors import Refused
from meddx.evaluate.external_predictions import ExternalPredictions
from meddx.evaluate.predictions import Predictions
from meddx.evaluate.sets.deidentified_table import CellRule, rule_of_column
from meddx.evaluate.sets.labelled_set import LabelledSet
from meddx.evaluate.sets.name_pseudonyms import case_pseudonyms
from meddx.imaging.deidentification.on_reading import reading_key
from meddx.imaging.deidentification.pseudonyms import Pseudonyms

_Attributes = Mapping[str, tuple[str | None, ...]]


def set_on_reading(images: LabelledSet) -> LabelledSet:
    """Return the set with pseudonyms for cases and patients; itself where the server de-identifies nothing."""
    if reading_policy() == "off":
        return images
    pseudonyms = Pseudonyms(reading_key())
    names = case_pseudonyms(images.ids, pseudonyms)
    cases = tuple(
        replace(case, id=names[case.id], group=_patient(case.id, case.group, names, pseudonyms))
        for case in images.cases
    )
    return replace(images, cases=cases)


def scores_on_reading(found: ExternalPredictions) -> ExternalPredictions:
    """Return the scores with pseudonyms for cases and patients; themselves where the server de-identifies nothing.

    Of what else the file says of the cases, the view stays, and sex and age where the settings keep them.
    """
    if reading_policy() == "off":
        return found
    pseudonyms, of = Pseudonyms(reading_key()), found.predictions
    names = case_pseudonyms((*of.cases, *found.refused), pseudonyms)
    predictions = replace(
        of,
        cases=tuple(names[case] for case in of.cases),
        groups=tuple(_patient(case, group, names, pseudonyms) for case, group in zip(of.cases, of.groups, strict=True)),
        attributes=_vouched(of.attributes),
    )
    return replace(
        found,
        predictions=predictions,
        columns={**found.columns, "attributes": list(predictions.attributes)},
        refused={names[case]: why for case, why in found.refused.items()},
    )


def numbered_patients(predictions: Predictions) -> Predictions:
    """Return the predictions with patients that are told apart by numbers alone."""
    return replace(predictions, groups=tuple(f"patient {number + 1}" for number in predictions.patients))


def _patient(case: str, group: str, names: Mapping[str, str], pseudonyms: Pseudonyms) -> str:
    """Return the patient's pseudonym, that of the case where each is a patient of its own."""
    return names[case] if group == case else pseudonyms.patient(group)


def _vouched(attributes: _Attributes) -> _Attributes:
    kept: dict[str, tuple[str | None, ...]] = {}
    for name, values in attributes.items():
        rule = rule_of_column(name, characteristics=reading_keeps_characteristics())
        if rule is not None:
            kept[name] = tuple(_read(rule, value) for value in values)
    return kept


def _read(rule: CellRule, value: str | None) -> str | None:
    try:
        return rule(value or "", 0) or None
    except Refused:  # what the rule does not know
        return None
