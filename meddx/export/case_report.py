"""Write the report on one case: a page of PDF, made in memory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO

import PIL.Image
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Frame, Image, KeepInFrame, Paragraph, Spacer, Table

from meddx import __version__
from meddx.config import RESEARCH_USE
from meddx.evaluate.prediction_set_text import prediction_set_sentence
from meddx.export.case_facts import (
    CaseFacts,
    FindingRow,
    all_notes,
    check_sentence,
    finding_rows,
    map_sentence,
    map_title,
    model_facts,
    opinions_text,
    score_kind,
    similarity_text,
    synthetic_notes,
    verdict_caption,
)
from meddx.export.case_picture import case_picture, colour_ramp
from meddx.export.language import IN_ENGLISH, ExportLanguage
from meddx.export.measurement_words import measurement_words
from meddx.export.pdf_text import BOLD, REGULAR, markup, register_fonts
from meddx.imaging.measurements import image_scale

_MARGIN, _GAP = 15 * mm, 6 * mm
_WIDTH, _HEIGHT = A4[0] - 2 * _MARGIN, A4[1] - 2 * _MARGIN - 6 * mm
_PICTURE_WIDTH, _PICTURE_HEIGHT = 88 * mm, 100 * mm
_PICTURE_SIDE = 1400
"""Longest side of the picture in pixels, some 350 dots an inch: a picture to recognise, not to read."""
_INK, _QUIET, _RULE, _FINDING = (HexColor(colour) for colour in ("#14181d", "#55606d", "#c4cad2", "#9a4a00"))


def case_pdf(facts: CaseFacts, made: datetime | None = None, language: ExportLanguage = IN_ENGLISH) -> bytes:
    """Return the report as one page of A4. made: time of writing, stated in UTC; default now.

    Whatever is too long for the page is drawn smaller. The document's properties do not say whose image it is.
    """
    register_fonts()
    at = f"{(made or datetime.now(UTC)).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    file = BytesIO()
    page = Canvas(file, A4, pageCompression=1, lang=language.tag)
    page.setTitle(language.translate("Case report"))
    page.setAuthor(f"meddx {__version__}")
    page.setSubject(language.translate(RESEARCH_USE))
    frame = Frame(_MARGIN, _MARGIN + 6 * mm, _WIDTH, _HEIGHT, 0, 0, 0, 0)
    frame.addFromList([KeepInFrame(_WIDTH, _HEIGHT, _content(facts, at, language), mode="shrink")], page)
    footer = _text(f"{language.translate(RESEARCH_USE)} meddx {__version__}, {at}", 7.5, colour=_QUIET)
    footer.wrap(_WIDTH, _MARGIN)
    footer.drawOn(page, _MARGIN, _MARGIN - 4 * mm)
    page.showPage()
    page.save()
    return file.getvalue()


def _content(facts: CaseFacts, at: str, language: ExportLanguage) -> list[Flowable]:
    translate = language.translate
    warnings = [RESEARCH_USE, *synthetic_notes(facts), *facts.answer.cautions]
    notes = all_notes(facts)
    return [
        _text(translate("Case report"), 16, BOLD),
        Spacer(1, 1 * mm),
        _text(" ".join(map(translate, warnings)), 9, BOLD, _FINDING),
        Spacer(1, 3 * mm),
        _facts(_image_facts(facts, at, translate)),
        Spacer(1, 4 * mm),
        _beside(_picture(facts, translate), _results(facts, translate)),
        Spacer(1, 3 * mm),
        *_section(translate("Check of the heat map"), translate(check_sentence(facts))),
        *(_section(translate("Reader's opinion"), opinions_text(facts, language)) if facts.opinions else []),
        *(_section(translate("Notes"), " ".join(map(translate, notes))) if notes else []),
        _heading(translate("Model and its limits")),
        _facts(model_facts(facts.card, language)),
    ]


def _image_facts(facts: CaseFacts, at: str, translate: Callable[[str], str]) -> dict[str, str]:
    image = facts.image
    stated = [image.modality, image.body_part, image.view, image.format, f"{image.columns} × {image.rows}"]
    return {
        **{translate(name): text for name, text in facts.identity.items()},
        translate("Image"): ", ".join(filter(None, stated)),
        **({translate("Frame"): translate(f"{image.frame + 1} of {image.frames}")} if image.frames > 1 else {}),
        translate("File SHA-256"): facts.sha256,
        translate("Exported"): at,
    }


def _results(facts: CaseFacts, translate: Callable[[str], str]) -> list[Flowable]:
    rows = finding_rows(facts.answer, facts.card)
    head = [
        _text(translate(name), 8, REGULAR, _QUIET) for name in ("Label", score_kind(facts.card), "Cut-off", "Result")
    ]
    table = Table(
        [head, *(_finding(row, translate) for row in rows)],
        colWidths=[33 * mm, 20 * mm, 14 * mm, 18 * mm],
        hAlign="LEFT",
    )
    table.setStyle(_TABLE_STYLE)
    return [
        table,
        *_section(
            translate("Diagnoses not excluded"),
            translate(prediction_set_sentence(facts.answer, facts.card, facts.coverage)),
        ),
        *_section(translate("Similarity"), translate(similarity_text(facts.answer, facts.card))),
        *([_heading(translate("Measurements")), _measurements(facts, translate)] if facts.measurements else []),
    ]


def _measurements(facts: CaseFacts, translate: Callable[[str], str]) -> Table:
    """Return the measurements as a table, numbered as on the picture."""
    words = [measurement_words(one, image_scale(facts.image)) for one in facts.measurements]
    rows = [[str(number), translate(one.title), translate(one.value)] for number, one in enumerate(words, 1)]
    table = Table([[_text(cell, 8.5) for cell in row] for row in rows], colWidths=[6 * mm, 30 * mm, 49 * mm])
    table.hAlign = "LEFT"
    table.setStyle(_TABLE_STYLE)
    return table


def _finding(row: FindingRow, translate: Callable[[str], str]) -> list[Flowable]:
    font, colour = (BOLD, _FINDING) if row.state == "finding" else (REGULAR, _INK)
    return [_text(translate(cell), 8.5, font, colour) for cell in (row.title, row.probability, row.cutoff, row.result)]


def _picture(facts: CaseFacts, translate: Callable[[str], str]) -> list[Flowable]:
    picture = case_picture(facts, _PICTURE_SIDE)
    scale = min(_PICTURE_WIDTH / picture.width, _PICTURE_HEIGHT / picture.height)
    drawn = [_image(picture, picture.width * scale, picture.height * scale, "JPEG")]
    if facts.explanation is not None:
        drawn += [Spacer(1, 1.5 * mm), _legend(translate)]
    return [
        *drawn,
        Spacer(1, 1 * mm),
        _text(translate(f"{map_title(facts)}. Default window, reduced: not for reading."), 8, BOLD),
        *([] if facts.explanation is None else [_text(translate(f"{verdict_caption(facts)}."), 8, BOLD)]),
        _text(translate(map_sentence(facts)), 8),
    ]


def _legend(translate: Callable[[str], str]) -> Table:
    weakest, strongest = (_text(translate(end), 7, colour=_QUIET) for end in ("no evidence", "end of the scale"))
    ramp = _image(colour_ramp(), 36 * mm, 2.5 * mm, "PNG")
    table = Table([[weakest, ramp, strongest]], colWidths=[17 * mm, 38 * mm, 25 * mm], hAlign="LEFT")
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), *_NO_PADDING])
    return table


def _image(picture: PIL.Image.Image, width: float, height: float, kind: str) -> Image:
    file = BytesIO()
    picture.save(file, kind, **({"quality": 90} if kind == "JPEG" else {}))
    file.seek(0)
    image = Image(file, width, height, lazy=0)
    image.hAlign = "LEFT"
    return image


def _beside(left: Sequence[Flowable], right: Sequence[Flowable]) -> Table:
    columns = [_PICTURE_WIDTH + _GAP, _WIDTH - _PICTURE_WIDTH - _GAP]
    table = Table([[list(left), list(right)]], colWidths=columns, hAlign="LEFT")
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_NO_PADDING])
    return table


def _section(title: str, text: str) -> list[Flowable]:
    return [_heading(title), _text(text, 8.5)]


def _heading(title: str) -> Paragraph:
    return Paragraph(markup(title), ParagraphStyle("heading", fontName=BOLD, fontSize=9.5, leading=12, spaceBefore=7))


def _facts(facts: Mapping[str, str]) -> Table:
    rows = [[_text(name, 8, REGULAR, _QUIET), _text(text, 8)] for name, text in facts.items()]
    table = Table(rows, colWidths=[30 * mm, _WIDTH - 30 * mm], hAlign="LEFT")
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_NO_PADDING])
    return table


def _text(text: str, size: float, font: str = REGULAR, colour: HexColor = _INK) -> Paragraph:
    style = ParagraphStyle("text", fontName=font, fontSize=size, leading=1.3 * size, textColor=colour, splitLongWords=1)
    return Paragraph(markup(text), style)


_NO_PADDING = [(f"{side}PADDING", (0, 0), (-1, -1), 0.5) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
_TABLE_STYLE = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, _RULE),
    *((f"{side}PADDING", (0, 0), (-1, -1), 1.5) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")),
]
