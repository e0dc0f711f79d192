"""Pages by addresses that a reader types."""

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from pages.ui.common.page_addresses import PAGES, page_name, page_routes


def get(address):
    async def ask():
        transport = httpx.ASGITransport(Starlette(routes=page_routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            return await client.get(address)

    return anyio.run(ask)


@pytest.mark.parametrize("title", PAGES[1:])
def test_a_page_is_streamlits_own_index_told_where_the_server_is(title):
    answer = get(f"/{page_name(title)}?model=x")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert "BACKEND_BASE_URL" in answer.text.partition('<script type="module"')[0]
    assert '<div id="root">' in answer.text


@pytest.mark.parametrize("written", ["Evaluate", "EVALUATE"])
def test_another_case_leads_to_the_page_with_its_query(written):
    answer = get(f"/{written}?source=file&model=a%20b")
    assert answer.is_redirect
    assert answer.headers["location"] == "evaluate?source=file&model=a%20b"


@pytest.mark.parametrize("written", ["diagnose", "Diagnose"])
def test_the_first_page_is_at_the_root(written):
    assert get(f"/{written}?model=x").headers["location"] == "./?model=x"
