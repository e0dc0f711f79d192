"""The button that downloads an export: made when it is pressed, and told to the audit log."""

from collections.abc import Callable
from pathlib import Path

from meddx.errors import MeddxError
from pages.ui.common import account_engine
from pages.ui.common.component import Component
from pages.ui.common.download.download_route import download_url
from pages.ui.common.language.language import _

_HERE = Path(__file__).parent

_mount = Component("meddx.download", _HERE / "download_button")


def render_download(
    title: str, name: str, kind: str, make: Callable[[], str | bytes], *, key: str, data: bytes | None = None
) -> None:
    """Draw the button, and the reason beside it where the file could not be made.

    title: marked with N_ and in English, since the audit log has it too. name: of the file. kind: its media type. data:
    of the image's file that the export is of.
    """
    engine = account_engine.own_engine()  # the file is made outside of a script

    def recorded() -> str | bytes:
        try:
            with account_engine.on_behalf_of(engine):
                content = make()
        except MeddxError:
            engine.actor.record("export", "refused", subject=title, data=data)
            raise
        engine.actor.record("export", subject=title, data=data)  # before it leaves: what cannot be recorded does not
        return content

    url = download_url(f"{key} {name}", kind, recorded)  # a page that still shows another film gets no other's file
    lost = _("The file could not be fetched. Load the page anew.")
    _mount(key=f"download {key}", data={"title": _(title), "file": name, "url": url, "lost": lost}, width="content")
