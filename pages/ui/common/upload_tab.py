"""The tab that a file is uploaded for, as Streamlit's address of the upload names it."""

import re

from starlette.types import Scope

from pages.ui.common.base_path import base_path


def upload_tab(scope: Scope) -> str | None:
    """Return the tab whose files a request puts or removes, None for another request."""
    if scope["type"] != "http":
        return None
    found = re.fullmatch(re.escape(base_path()) + r"/_stcore/upload_file/([^/]+)/[^/]+/?", scope["path"])
    return found[1] if found else None
