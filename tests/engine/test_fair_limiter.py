import anyio

from meddx.engine.fair_limiter import FairLimiter


class Working:
    """Requests that work until the test lets them go."""

    def __init__(self, group, limiter):
        self._group, self._limiter = group, limiter
        self.at_work, self._ends = [], {}

    async def ask(self, *names):
        for name in names:
            self._ends[name] = anyio.Event()
            self._group.start_soon(self._work, name)
            await anyio.wait_all_tasks_blocked()

    async def end(self, name):
        self._ends[name].set()
        await anyio.wait_all_tasks_blocked()

    async def _work(self, name):
        async with self._limiter.turn(name.rstrip("0123456789")):
            self.at_work.append(name)
            try:
                await self._ends[name].wait()
            finally:
                self.at_work.remove(name)


def scenario(most, of_an_owner, play):
    async def run():
        async with anyio.create_task_group() as group:
            await play(Working(group, FairLimiter(most, of_an_owner)))
            group.cancel_scope.cancel()

    anyio.run(run)


def test_slow_requests_of_one_owner_leave_room_for_the_others():
    async def play(working):
        await working.ask(*(f"ana{n}" for n in range(16)))
        assert working.at_work == ["ana0", "ana1"]
        await working.ask("ben0", "ben1", "cleo0")
        assert working.at_work == ["ana0", "ana1", "ben0", "ben1"]
        await working.end("ana0")
        assert working.at_work == ["ana1", "ben0", "ben1", "cleo0"]  # who has none goes first

    scenario(4, 2, play)


def test_who_has_waited_longest_goes_first_among_equals():
    async def play(working):
        await working.ask("ana0", "ben0", "cleo0", "dan0")
        assert working.at_work == ["ana0"]
        for done, next_one in (("ana0", "ben0"), ("ben0", "cleo0"), ("cleo0", "dan0")):
            await working.end(done)
            assert working.at_work == [next_one]

    scenario(1, 1, play)


def test_nobody_in_particular_may_have_all():
    async def play(working):
        await working.ask("0", "1", "2", "3", "4")
        assert working.at_work == ["0", "1", "2", "3"]

    scenario(4, 2, play)


def test_a_request_that_is_given_up_takes_no_place():
    async def run():
        limiter = FairLimiter(1, 1)
        async with limiter.turn("ana"):
            with anyio.move_on_after(0.01) as given_up:
                async with limiter.turn("ben"):
                    raise AssertionError("there is no room")
            assert given_up.cancelled_caught
        with anyio.fail_after(5):
            async with limiter.turn("cleo"):
                pass

    anyio.run(run)
