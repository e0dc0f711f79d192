"""What image, record and note contributed to the chosen label: a bar for each, for each field, and the words marked."""

from html import escape
from pathlib import Path

import streamlit as st

from meddx.model.card import Card, Label
from meddx.types import Contributions, FieldFault, LabelShares, Prediction
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated

_STYLE = f"<style>{(Path(__file__).parent / 'shares.css').read_text(encoding='utf-8')}</style>"
_PARTS = {"image": N_("Image"), "record": N_("Record"), "note": N_("Note")}
_FAULTS: dict[FieldFault, str] = {
    "missing": N_("missing"),
    "out of range": N_("out of range"),
    "unknown value": N_("unknown value"),
}
_SHOWN = 0.005
"""Smallest share of a word that is written, in logit units: what is less is nothing at two decimals."""
_MEANING = N_(
    "In logit units, before calibration: Shapley values, which with the value without any part add up to the logit. "
    "A share says what the network did with a part, not what is true of the patient; parts that say the same share the "
    "credit."
)


def render_shares(answer: Prediction, card: Card, label: Label) -> None:
    """Draw the shares of the label; nothing for a model that takes images alone."""
    if answer.contributions is not None:
        st.html(_STYLE + shares_html(answer.contributions, answer.logits[label.name], card, label))


def shares_html(found: Contributions, logit: float, card: Card, label: Label) -> str:
    """Return the table of shares, the marked words and what they are; HTML, escaped. logit: of the label."""
    shares = found.shares[label.name]
    titles = {field.name: translated(field.title) for field in card.fields}
    widest = max(map(abs, (shares.base, logit, *shares.parts.values(), *shares.fields.values()))) or 1.0
    rows = [_row(_("Without any part"), shares.base, widest, "base")]
    for part, share in shares.parts.items():
        rows.append(_row(_(_PARTS[part]), share, widest, "part"))
        if part == "record":
            rows += [
                _row(titles[name], value, widest, "field", _fault(found, name)) for name, value in shares.fields.items()
            ]
    rows.append(_row(_("Logit of {label}").format(label=translated(label.title)), logit, widest, "sum"))
    part, share_of_it = (escape(title) for title in (_("Part"), _("Share of the logit")))
    head = f'<thead><tr><th scope="col">{part}</th><th scope="col">{share_of_it}</th><td></td></tr></thead>'
    caption = _("What each part contributed to {label}").format(label=translated(label.title))
    return (
        f'<section class="shares"><table><caption>{escape(caption)}</caption>{head}'
        f"<tbody>{''.join(rows)}</tbody></table>{_words(found, shares)}"
        f"<p>{escape(_sentences(found))}</p></section>"
    )


def _fault(found: Contributions, field: str) -> str:
    fault = found.faults.get(field)
    return _(_FAULTS[fault]) if fault else ""


def _row(title: str, share: float, widest: float, kind: str, fault: str = "") -> str:
    """Return one row: title, number, and a bar from the middle, to the right where it speaks for the label."""
    width = 50 * min(abs(share) / widest, 1.0)
    side = "left" if share >= 0 else "right"
    sign = "for" if share >= 0 else "against"
    note = f" <small>{escape(fault)}</small>" if fault else ""
    return (
        f'<tr class="{kind}" data-share="{share:.6f}"><th scope="row">{escape(title)}{note}</th>'
        f"<td>{_signed(share)}</td>"
        f'<td aria-hidden="true"><div><i class="{sign}" style="{side}:50%;width:{width:.2f}%"></i></div></td></tr>'
    )


def _words(found: Contributions, shares: LabelShares) -> str:
    """Return the note's words, each with its share where that is any; the stronger, the deeper its colour."""
    if not found.words:
        return ""
    strongest = max(map(abs, shares.words)) or 1.0
    marked = []
    for word, share in zip(found.words, shares.words, strict=True):
        if abs(share) < _SHOWN:
            marked.append(f'<span data-share="{share:.6f}">{escape(word)}</span>')
            continue
        sign = "for" if share > 0 else "against"
        marked.append(
            f'<span class="{sign}" data-share="{share:.6f}" style="--depth:{100 * abs(share) / strongest:.0f}%">'
            f"{escape(word)} <b>{_signed(share)}</b></span>"
        )
    heading = _("Words of the note")
    return f'<h3>{escape(heading)}</h3><div class="words">{" ".join(marked)}</div>'


def _sentences(found: Contributions) -> str:
    said = [_(_MEANING)]
    if not found.fields_exact:
        said.append(_("The shares of the fields are from sampled orders of the fields."))
    if found.words_error >= _SHOWN:
        within = _("The words' shares add up to the note's within {error}.")
        said.append(within.format(error=f"{found.words_error:.2f}"))
    return paragraph(said)


def _signed(share: float) -> str:
    return f"{share:+.2f}".replace("-", "\N{MINUS SIGN}") if abs(share) >= _SHOWN else "0.00"
