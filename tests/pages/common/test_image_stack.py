"""The route by which the browser fetches the frames of a stack."""

import gc
import gzip
import json

import pytest

from meddx.errors import EngineUnavailable, Refused
from pages.ui.common.image_stack import ImageStack, stack_route
from pages.ui.common.session import SessionCase
from pages.ui.common.viewer.image_viewer import image_data
from tests.pages.common.test_image_route import get
from tests.pages.fake import FakeEngine, drawable


def fetched(url):
    return get(url, stack_route())


def described(answer):
    """Description and samples of an answer, as the browser takes them apart."""
    length = int.from_bytes(answer.content[:4])
    return json.loads(answer.content[4 : 4 + length]), gzip.decompress(answer.content[4 + length :])


@pytest.fixture
def engine():
    engine = FakeEngine()
    engine.image = lambda data, frame: drawable(pixels=gzip.compress(data), frame=frame)
    return engine


def stack_of(engine):
    cases = [SessionCase(name, name.encode()) for name in ("one", "two")]
    return ImageStack([(cases[1], 0), (cases[0], 3)], engine, lambda image, id: {"frame": image.frame})


def test_frames_come_by_number_in_the_order_of_the_stack(engine):
    stack = stack_of(engine)
    assert described(fetched(f"{stack.url}/0")) == ({"frame": 0}, b"two")
    assert described(fetched(f"{stack.url}/1")) == ({"frame": 3}, b"one")
    assert fetched(f"{stack.url}/0").headers["cache-control"] == "no-store"
    assert fetched(f"{stack.url}/2").status_code == 404


def test_a_stack_lives_as_long_as_somebody_holds_it(engine):
    stack = stack_of(engine)
    url = stack.url
    assert fetched(f"{url}/0").status_code == 200
    del stack
    gc.collect()
    assert fetched(f"{url}/0").status_code == 404
    assert fetched("/stack/guessed/0").status_code == 404


def test_what_is_decoded_already_is_not_asked_for_again(engine):
    stack = stack_of(engine)
    stack.frames[0][0].drawn = (drawable(pixels=gzip.compress(b"drawn"), frame=0), "")
    stack.frames[1][0].drawn = (drawable(pixels=gzip.compress(b"another frame"), frame=0), "")
    assert described(fetched(f"{stack.url}/0"))[1] == b"drawn"
    assert described(fetched(f"{stack.url}/1"))[1] == b"one"


@pytest.mark.parametrize(
    ("error", "status"), [(Refused("truncated", "It ends early."), 422), (EngineUnavailable("Not up."), 503)]
)
def test_a_frame_that_does_not_come_says_why(error, status, engine):
    def failing(data, frame):
        raise error

    engine.image = failing
    stack = stack_of(engine)
    answer = fetched(f"{stack.url}/0")
    assert (answer.status_code, answer.text) == (status, str(error) if status == 503 else "It ends early.")


class CaseThatTurns(SessionCase):
    """A case whose reader turns to another frame whenever its image has been looked at."""

    @property
    def drawn(self):
        drawn, self._drawn = self._drawn, None
        return drawn

    @drawn.setter
    def drawn(self, value):
        self._drawn = value


def test_a_reader_who_turns_on_meanwhile_breaks_no_request(engine):
    case = CaseThatTurns("one", b"one")
    case.drawn = (drawable(pixels=gzip.compress(b"drawn"), frame=0), "")
    stack = ImageStack([(case, 0)], engine, lambda image, id: {"frame": image.frame})
    assert described(fetched(f"{stack.url}/0"))[1] == b"drawn"


def test_a_frame_has_a_name_that_stays_when_others_come_before_it(engine):
    """What is measured on it would else be drawn on another one."""
    stack = stack_of(engine)
    stack.describe = lambda image, id: image_data(image, "", id)
    longer = ImageStack([(SessionCase("new", b"new"), 0), *stack.frames], engine, stack.describe)
    names = [
        described(fetched(f"{of.url}/{number}"))[0]["name"] for of, number in [(stack, 0), (stack, 1), (longer, 2)]
    ]
    assert names[0] != names[1] == names[2]


def test_a_stack_is_there_for_the_account_that_it_was_drawn_for_alone(engine, signed_in):
    anas = signed_in("ana", "reader")
    stack = stack_of(engine)
    bens = signed_in("ben", "admin")
    assert described(get(f"{stack.url}/0", stack_route(), anas))[1] == b"two"
    for token in (bens, None):
        assert get(f"{stack.url}/0", stack_route(), token).status_code == 404
