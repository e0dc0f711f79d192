import asyncio
import gzip

import httpx
from starlette.applications import Starlette

from pages.ui import films
from tests.pages.fake import drawable


def get(url):
    """The route's answer, as a browser would get it."""

    async def ask():
        transport = httpx.ASGITransport(Starlette(routes=[films.route()]))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(url)

    return asyncio.run(ask())


def test_a_film_lives_as_long_as_somebody_holds_it():
    film = drawable(pixels=gzip.compress(b"\x01\x02"))
    url = films.url_of(film)
    answer = get(url)
    assert answer.content == b"\x01\x02"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "no-store"
    del film
    assert get(url).status_code == 404


def test_every_showing_has_an_address_of_its_own():
    film = drawable()
    assert films.url_of(film) != films.url_of(film)
    assert get("/film/guessed").status_code == 404
