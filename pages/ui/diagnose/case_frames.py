"""The frames between which the viewer scrolls: those of the open file, or the images of its series."""

from collections.abc import Callable, Sequence

from meddx.imaging.measurements import image_scale
from meddx.types import DrawableImage
from pages.ui.common import account_engine
from pages.ui.common.image_stack import ImageStack
from pages.ui.common.session import Session, SessionCase
from pages.ui.common.viewer.image_viewer import Turn, follow_turns, image_data
from pages.ui.diagnose.worklist.studies import stack_of

Frames = Sequence[tuple[SessionCase, int]]
"""A case and a zero-based frame of it, in the order of scrolling."""


def frames_of(images: Session, case: SessionCase) -> tuple[Frames, int]:
    """Return the frames, and the zero-based place of the one that is open."""
    stack = stack_of(images.cases, case)
    if len(stack) > 1 and case in stack:
        return [(one, one.frame) for one in stack], stack.index(case)
    return [(case, frame) for frame in range(case.frames)], case.frame


def stack_url(images: Session, frames: Frames) -> str:
    """Return the address from which the browser fetches the frames, the same while they are the same; "" for one."""
    if len(frames) < 2:
        images.stack = None
        return ""
    images.stack = image_stack(images.stack, frames)
    return images.stack.url


def image_stack(held: ImageStack | None, frames: Frames) -> ImageStack:
    """Return the stack of these frames: the one held, where it is theirs, so that its address stays; else a new one."""
    if held is not None and held.frames == frames:
        return held
    cases = {case.id: case for case, _ in frames}

    def described(image: DrawableImage, id: str) -> dict[str, object]:
        cases[id].scales[image.frame] = image_scale(image)  # this frame may be measured, also where it is never open
        return image_data(image, "", id)

    replaced = {} if held is None else held.orders()
    return ImageStack(frames, account_engine.own_engine(), described, replaced)


def follow_stack(stack: ImageStack | None, frames: Frames, key: str, turn: Callable[[SessionCase, int], None]) -> bool:
    """Call `turn` with the case and frame to which the reader has just turned in the viewer of this key.

    stack: what that viewer was last given; frames: what it shows now, to others it does not turn. The browser names a
    place; which image lay there is looked up in the order that it knew, since images of a series that is arriving may
    have come between. turn, and what is returned: as of pages.ui.common.viewer.image_viewer.follow_turns.
    """

    def follow(turned: Turn) -> bool:
        order = () if stack is None else stack.orders().get(turned.stack, ())
        id, frame = order[turned.frame] if turned.frame < len(order) else ("", 0)
        case = next((one for one, _ in frames if one.id == id), None)
        if case is not None:
            turn(case, frame)
        return case is not None

    return follow_turns(key, follow)
