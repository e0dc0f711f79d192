"""What stands in the place of an image that is not drawn."""

from pages.ui.common import engine_requests
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.session import SessionCase


def missing_image_text(case: SessionCase) -> str:
    """Return why the present frame is not drawn (yet)."""
    if case.unreadable is not None:
        return _("No image to show.")
    if (error := engine_requests.image_error(case)) is not None:
        return paragraph([_("The image was not drawn."), translated(error)])
    return _("Reading the image…")
