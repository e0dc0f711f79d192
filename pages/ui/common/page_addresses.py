"""The addresses of the pages, as a reader may type them.

Streamlit's browser code looks for its server below the address of a page first, which logs two 404s whenever a page is
opened by its address, and it knows a page only by the exact case of its name. So each page's address is answered here:
with Streamlit's own index.html, which is told where the server is; and another case with the right address.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit import file_util

from pages.ui.common.base_path import base_path
from pages.ui.common.language.language import N_

PAGES = (
    N_("Diagnose"), N_("Worklist"), N_("Evaluate"), N_("Compare"), N_("Explain"), N_("Models"), N_("Add model"),
    N_("Records"), N_("Audit log"),
)  # fmt: skip
"""The titles of the pages in English; file and address of a page are its name (page_name), the first is at the root."""
_SERVER = '<script>window.__streamlit = { BACKEND_BASE_URL: new URL(".", location.href).href }</script>'
"""The server of /base/page is at /base/, also behind a proxy that adds the base."""


def page_name(title: str) -> str:
    """Return the name of a page in its file and its address: lower case, without spaces."""
    return title.lower().replace(" ", "_")


def page_paths() -> frozenset[str]:
    """Return the paths at which a browser opens a page."""
    base = base_path()
    return frozenset({base or "/", f"{base}/"} | {f"{base}/{page_name(title)}" for title in PAGES[1:]})


def page_routes() -> list[Route]:
    """Return the routes `GET /page` of every page, in lower case and as its title is written."""
    base = base_path()
    routes = []
    for place, title in enumerate(PAGES):
        name = page_name(title)
        for written in (name, title.replace(" ", "_"), name.upper()):
            serve = _index if written == name and place else _redirect("./" if place == 0 else name)
            routes.append(Route(f"{base}/{written}", serve, methods=["GET", "HEAD"]))
    return routes


async def _index(_: Request) -> Response:
    html = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    return HTMLResponse(html.replace("<head>", f"<head>{_SERVER}", 1), headers={"Cache-Control": "no-cache"})


def _redirect(to: str) -> Callable[[Request], Awaitable[Response]]:
    async def redirect(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(to + query)

    return redirect
