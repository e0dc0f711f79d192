"""A user of a Streamlit app without a browser: the websocket and the upload route, as the browser speaks them."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect

POLL_SECONDS = 0.4
"""After which Diagnose asks again whether an answer is there (pages/diagnose.py)."""

_GOES_ON = ForwardMsg.FINISHED_EARLY_FOR_RERUN
"""How a run ends that the server follows by another."""


class Visitor:
    """One session.

    `shown` is whether the last run showed an image; `found`, whether with findings; `answered`, with its map, checked
    or not; `recorded`, whether the page has said that the reader's opinion on it was recorded. `listed` is what the
    worklist says of its length; `reading`, of what is being read, "" where all is.
    """

    def __init__(self, socket: ClientConnection, http: httpx.Client) -> None:
        self._socket = socket
        self._http = http
        self._session = ""
        self._uploader = ""
        self._image = ""
        self._opinion = ""
        self._fragments: dict[str, None] = {}
        self._given: tuple[WidgetState, ...] = ()
        self.shown = self.found = self.answered = False
        self.recorded = False
        self.listed = self.reading = ""

    def rerun(self, *widgets: WidgetState, fragment: str = "") -> None:
        """Run the script, or one fragment of it, and wait until it has finished and what the server runs after it."""
        message = BackMsg()
        message.rerun_script.widget_states.widgets.extend((*self._given, *widgets))
        message.rerun_script.fragment_id = fragment
        self._send(message)
        while not (heard := self._heard()).HasField("script_finished") or heard.script_finished == _GOES_ON:
            pass

    def ask_again(self) -> None:
        """Run each fragment that the page runs at intervals by itself, the script where there is none."""
        for fragment in list(self._fragments) or [""]:
            if not fragment or fragment in self._fragments:  # a whole run replaces all of them
                self.rerun(fragment=fragment)

    def upload(self, data: bytes, name: str = "image.dcm") -> None:
        """Send one file and run the script that takes it in."""
        request = BackMsg()
        request.file_urls_request.request_id = uuid4().hex
        request.file_urls_request.file_names.append(name)
        request.file_urls_request.session_id = self._session
        self._send(request)
        while not (answer := self._heard()).HasField("file_urls_response"):
            pass
        urls = answer.file_urls_response.file_urls[0]
        sent = self._http.put(
            urls.upload_url,
            files={"file": (name, data)},
            headers={"X-Xsrftoken": self._http.cookies["_streamlit_xsrf"]},
        )
        sent.raise_for_status()
        state = WidgetState(id=self._uploader)
        state.file_uploader_state_value.uploaded_file_info.append(
            UploadedFileInfo(name=name, size=len(data), file_id=urls.file_id, file_urls=urls)
        )
        self.rerun(state)

    def have_answered(self, data: bytes, evidence: bool = True) -> None:
        """Send one film, wait for its findings or evidence, asking as often as the page does, and fetch the image."""
        self.upload(data)
        while not (self.answered if evidence else self.shown and self.found):
            time.sleep(POLL_SECONDS)
            self.ask_again()
        self.fetch_image()

    def agree(self) -> None:
        """Agree with the finding that the page shows."""
        state = WidgetState(id=self._opinion)
        state.string_array_value.data.append("Agree")
        self._given = (state,)
        self.rerun()

    def fetch_image(self) -> None:
        """Get the samples of the image shown, as the viewer does."""
        self._http.get(self._image).raise_for_status()

    def _send(self, message: BackMsg) -> None:
        self._socket.send(message.SerializeToString())

    def _heard(self) -> ForwardMsg:
        message = ForwardMsg.FromString(self._socket.recv(timeout=120))
        if message.HasField("new_session"):
            self._session = message.new_session.initialize.session_id
            if not message.metadata.run.fragment_ids:
                self._fragments.clear()
                self.shown = self.found = self.answered = False
                self.listed = self.reading = ""
        if message.HasField("auto_rerun"):
            self._fragments[message.auto_rerun.fragment_id] = None
        for ended in message.stop_auto_rerun.fragment_ids:
            self._fragments.pop(ended, None)
        element = message.delta.new_element
        if element.HasField("file_uploader"):
            self._uploader = element.file_uploader.id
        if element.button_group.label.startswith("Your opinion"):
            self._opinion = element.button_group.id
        if 'class="recorded"' in element.html.body:
            self.recorded = True
        if element.HasField("bidi_component") and element.bidi_component.component_name == "meddx.viewer":
            data = json.loads(element.bidi_component.json)
            self.answered = data["overlay"] is not None
            self.shown = data["image"] is not None
            self._image = data["image"]["url"] if self.shown else ""
        if element.HasField("bidi_component") and element.bidi_component.component_name == "meddx.findings":
            self.found = True
        if element.HasField("bidi_component") and element.bidi_component.component_name == "meddx.worklist":
            data = json.loads(element.bidi_component.json)
            self.listed, self.reading = data["count"], data["progress"]
        return message


@contextmanager
def visiting(url: str) -> Iterator[Visitor]:
    """Open a session on the server at `url` and run the script once."""
    with httpx.Client(base_url=url, timeout=120) as http:
        http.get("/_stcore/health").raise_for_status()
        stream = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
        with connect(stream, max_size=None, subprotocols=["streamlit"]) as socket:
            visitor = Visitor(socket, http)
            visitor.rerun()
            yield visitor
