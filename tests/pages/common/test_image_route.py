import asyncio
import gzip

import httpx
from starlette.applications import Starlette

from pages.ui.common import image_route
from pages.ui.sign_in.addresses import COOKIE
from tests.pages.fake import drawable


def get(url, route=None, token=None):
    """The route's answer, as a browser would get it. token: of its sign-in."""

    async def ask():
        transport = httpx.ASGITransport(Starlette(routes=[route or image_route.image_route()]))
        headers = {"Cookie": f"{COOKIE}={token}"} if token else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            return await client.get(url)

    return asyncio.run(ask())


def test_an_image_lives_as_long_as_somebody_holds_it():
    image = drawable(pixels=gzip.compress(b"\x01\x02"))
    url = image_route.image_url(image)
    answer = get(url)
    assert answer.content == b"\x01\x02"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "no-store"
    del image
    assert get(url).status_code == 404


def test_a_thumbnail_is_served_as_a_picture_at_one_address_and_none_has_none():
    thumbnail = image_route.Thumbnail(b"jpeg")
    answer = get(thumbnail.url)
    assert (answer.content, answer.headers["content-type"]) == (b"jpeg", "image/jpeg")
    assert answer.headers["cache-control"] == "no-store"
    assert get(thumbnail.url).status_code == 200
    assert image_route.Thumbnail(b"").url == ""
    url = thumbnail.url
    del thumbnail
    assert get(url).status_code == 404


def test_every_showing_has_an_address_of_its_own():
    image = drawable()
    assert image_route.image_url(image) != image_route.image_url(image)
    assert get("/image/guessed").status_code == 404


def test_images_and_thumbnails_are_there_for_the_account_that_they_were_drawn_for_alone(signed_in):
    anas = signed_in("ana", "reader")
    held = [drawable(pixels=gzip.compress(b"a film")), image_route.Thumbnail(b"a film")]
    urls = [image_route.image_url(held[0]), held[1].url]
    bens = signed_in("ben", "admin")
    for url in urls:
        assert get(url, token=anas).content == b"a film"
        for other in (get(url, token=bens), get(url)):
            assert (other.status_code, b"a film" in other.content) == (404, False)
