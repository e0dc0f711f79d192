"""Say in the reader's language how the columns of a file of scores were read."""

from collections.abc import Mapping

from meddx.types import JSON
from pages.ui.common.language.formatting import clauses, listed
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated


def how_read(columns: JSON) -> str:
    """Return what each column holds, one sentence. columns: as of ExternalPredictions."""
    parts = [translated(columns["file"])]
    if columns["case"] is None:
        parts.append(_("rows are the cases"))
    else:
        parts.append(_("case {column}").format(column=repr(columns["case"])))
    if columns["patient"]:
        parts.append(_("patient {column}").format(column=repr(columns["patient"])))
    else:
        parts.append(_("no column of patients: each case counts as one"))
    parts.append(_("truth {columns}").format(columns=_columns(columns["truth"])))
    scales = {
        "probability": _("probability {columns}"),
        "percent": _("percent {columns}"),
        "logit": _("logit {columns}"),
        "score": _("score {columns}"),
    }
    parts.append(scales[columns["scale"]].format(columns=_columns(columns["scores"])))
    if "with_label" in columns:
        without = listed(columns["without_label"]) or _("none")
        sentence = _("with the label: {values}; without: {others}")
        parts.append(sentence.format(values=listed(columns["with_label"]), others=without))
    if columns["readers"]:
        parts.append(_("readers {columns}").format(columns=_columns(columns["readers"])))
    if columns["thresholds"]:
        parts.append(_("thresholds {columns}").format(columns=_columns(columns["thresholds"])))
    if columns["attributes"]:
        parts.append(_("attributes {names}").format(names=listed(columns["attributes"])))
    return _("Read as: {parts}.").format(parts=clauses(parts))


def _columns(part: object) -> str:
    if isinstance(part, Mapping):
        return listed(name if name == column else f"{name} = {column!r}" for name, column in part.items())
    return repr(part)
