"""What an uploader says, as style sheet: Streamlit has no other place for it, and speaks English alone."""

import json

from pages.ui.common.language.catalogue import ENGLISH
from pages.ui.common.language.language import N_, _, language, number
from pages.ui.common.upload_limit import max_upload_mb

_DROP = {
    "images": N_("Drop DICOM, PNG or JPEG images here"),
    "model": N_("Drop the model's file here"),
    "labelled": N_("Drop a ZIP archive here, or images with their CSV file"),
    "folder": N_("Drop a folder here"),
    "scores": N_("Drop a CSV, Excel or Parquet file of scores here"),
}
"""By the end of a variable's name (--drop-images), which page.css and evaluate.css draw above the button."""
_STREAMLITS_OWN = """
[data-testid="stFileUploaderDropzone"] button p,
[data-testid="stFileUploaderDropzoneInstructions"] span { font-size: 0; }
[data-testid="stFileUploaderDropzone"] button p::after { content: %s; font-size: .875rem; }
[data-testid="stFileUploaderDropzoneInstructions"] span::after { content: %s; font-size: .875rem; }
"""


def uploader_style() -> str:
    """Return the style sheet in the reader's language: texts of ours, and in place of Streamlit's where not English."""
    drop = "".join(f"--drop-{name}: {_quoted(_(text))}; " for name, text in _DROP.items())
    own = ""
    if language() != ENGLISH:
        most = _("At most {limit} MB").format(limit=number(max_upload_mb()))
        own = _STREAMLITS_OWN % (_quoted(_("Upload")), _quoted(most))
    return f":root {{ {drop}}}{own}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
