"""The engine as an ASGI application, asked without a server in between."""

import anyio

from meddx.engine.http_app import application
from meddx.engine.service import Service


def test_one_who_goes_in_the_middle_of_a_question_leaves_no_error_behind(tmp_path):
    arriving = iter([{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}])
    sent = []

    async def receive():
        return next(arriving)

    async def send(message):
        sent.append(message)

    asked = {"type": "http", "method": "POST", "path": "/start", "headers": [], "query_string": b"", "root_path": ""}
    service = Service(tmp_path)
    try:
        anyio.run(application(service), asked, receive, send)
    finally:
        service.close()
    assert sent[0]["status"] == 499
