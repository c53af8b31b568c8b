"""What an execution does after its process has ended and another one goes on."""

import asyncio
import json

import httpx
from google.cloud.workflows.executions_v1.types import Execution

from localcloud.clock import Clock
from localcloud.workflows.effects import Breathe, Fork, HttpRequest, NewUuid, Now, Sleep
from tests.unit.localcloud.workflows_engine.scripted import begin, hosting, settle

State = Execution.State


def run(test):
    asyncio.run(test)


def fetch(_argument, _env):
    response = yield HttpRequest("GET", "http://peer/x")
    return response.body.decode()


def three_sleepers(_argument, _env):
    seen = []

    def branch(number):
        yield Sleep(10 * (3 - number))
        seen.append(number)

    yield Fork(tuple(branch(n) for n in range(3)), 20)
    return seen


def diary(_argument, _env):
    first = yield Now()
    identifier = yield NewUuid()
    response = yield HttpRequest("GET", "http://peer/1")
    yield Sleep(100)
    second = yield HttpRequest("GET", "http://peer/2")
    return [first, identifier, response.code, second.code]


def test_a_restart_repeats_no_finished_effect(tmp_path):
    async def scene():
        clock, sent = Clock(), []

        def answer(request):
            sent.append(request.url.path)
            return httpx.Response(200)

        database = tmp_path / "workflows.db"
        async with hosting(diary, clock=clock, database=database, answer=answer) as hosted:
            name = await begin(hosted, "diary")
        async with hosting(diary, clock=clock, database=database, answer=answer) as hosted:
            await hosted.recover()
            clock.advance(100)
            await settle()

            assert hosted.executions.get(name).state == State.SUCCEEDED
            assert sent == ["/1", "/2"]

    run(scene())


def test_a_sleep_ends_when_it_would_have_ended_without_the_restart(tmp_path):
    async def scene():
        clock, database = Clock(), tmp_path / "workflows.db"
        async with hosting(three_sleepers, clock=clock, database=database) as hosted:
            name = await begin(hosted, "three-sleepers")
            clock.advance(15)
            await settle()
        clock.advance(6)
        async with hosting(three_sleepers, clock=clock, database=database) as hosted:
            await hosted.recover()
            await settle()
            running = hosted.executions.get(name).state
            clock.advance(10)
            await settle()

            assert running == State.ACTIVE
            assert hosted.executions.get(name).result == "[2,1,0]"

    run(scene())


def test_a_request_under_way_is_sent_again_after_a_restart(tmp_path):
    async def scene():
        database, sent = tmp_path / "workflows.db", []

        async def hang(_request):
            sent.append("first process")
            await asyncio.Event().wait()

        def answer(_request):
            sent.append("second process")
            return httpx.Response(200, text="late")

        async with hosting(fetch, database=database, answer=hang) as hosted:
            name = await begin(hosted, "fetch")
        async with hosting(fetch, database=database, answer=answer) as hosted:
            await hosted.recover()
            await settle()

            assert sent == ["first process", "second process"]
            assert hosted.executions.get(name).result == '"late"'

    run(scene())


def test_shared_state_of_branches_is_rebuilt_in_the_same_order(tmp_path):
    def race(_argument, _env):
        order = []

        def branch(number):
            for _ in range(3):
                yield HttpRequest("GET", f"http://peer/{number}")
                order.append(number)
            yield Sleep(50)

        yield Fork(tuple(branch(n) for n in range(4)), 20)
        return order

    async def answer(request):
        for _ in range(int(request.url.path[1:]) * 7 % 5):
            await asyncio.sleep(0)
        return httpx.Response(200)

    async def scene():
        clock = Clock()

        async def result(database, restarts):
            async with hosting(race, clock=clock, database=database, answer=answer) as hosted:
                name = await begin(hosted, "race")
                await settle()
                if not restarts:
                    clock.advance(51)
                    await settle()
                    return hosted.executions.get(name).result
            async with hosting(race, clock=clock, database=database, answer=answer) as hosted:
                await hosted.recover()
                clock.advance(51)
                await settle()
                return hosted.executions.get(name).result

        straight = await result(tmp_path / "a.db", restarts=False)
        interrupted = await result(tmp_path / "b.db", restarts=True)

        assert len(json.loads(straight)) == 12
        assert interrupted == straight

    run(scene())


def test_a_workflow_that_no_longer_fits_its_journal_fails(tmp_path):
    changed = False

    def fickle(_argument, _env):
        if not changed:
            yield HttpRequest("GET", "http://peer/1")
        yield Breathe()
        yield Sleep(5)

    async def scene():
        nonlocal changed
        database = tmp_path / "workflows.db"
        async with hosting(fickle, database=database) as hosted:
            name = await begin(hosted, "fickle")
        changed = True
        async with hosting(fickle, database=database) as hosted:
            hosted._database.execute("UPDATE journal SET branch = '7'")
            await hosted.recover()
            await settle()

            execution = hosted.executions.get(name)
            assert execution.state == State.FAILED
            assert "journal" in json.loads(execution.error.payload)["message"]

    run(scene())


def test_a_busy_workflow_is_replayed_without_holding_up_others(tmp_path):
    def busy(_argument, _env):
        for _ in range(50):
            yield Now()
            yield Breathe()
        yield Sleep(5)
        return "done"

    async def scene():
        clock, database = Clock(), tmp_path / "workflows.db"
        async with hosting(busy, clock=clock, database=database) as hosted:
            name = await begin(hosted, "busy")
            await settle()
        async with hosting(busy, clock=clock, database=database) as hosted:
            await hosted.recover()
            clock.advance(5)
            await settle()

            assert hosted.executions.get(name).result == '"done"'

    run(scene())
