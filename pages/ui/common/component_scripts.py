"""Scripts that components share, each to be put before the component's own."""

from pathlib import Path

_HERE = Path(__file__).parent

KEPT_ELEMENTS_SCRIPT = (_HERE / "kept_elements.js").read_text(encoding="utf-8") + "\n"
"""renew and renewChildren."""
NEWEST_SCRIPT = (_HERE / "newest.js").read_text(encoding="utf-8") + "\n"
"""newestOnly: see pages.ui.common.component."""
ASKING_SCRIPT = (_HERE / "asking.js").read_text(encoding="utf-8") + "\n"
"""asker: see pages.ui.common.asked."""
