import asyncio
import json

import httpx
from google.cloud.workflows.executions_v1.types import Execution
from tests.unit.localcloud.workflows_engine.scripted import PARENT, begin, hosting, settle

from localcloud.clock import Clock
from localcloud.workflows.effects import (
    Breathe,
    Fork,
    HttpRequest,
    NewUuid,
    Now,
    Sleep,
    WorkflowError,
)
from localcloud.workflows.failures import resource_limit

State = Execution.State


def run(test):
    asyncio.run(test)


def echo(argument, env):
    return {"argument": argument, "project": env["GOOGLE_CLOUD_PROJECT_ID"]}
    yield


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


def two_at_once(_argument, _env):
    live = []
    most = []

    def branch(number):
        live.append(number)
        most.append(len(live))
        yield Sleep(1)
        live.remove(number)

    yield Fork(tuple(branch(n) for n in range(5)), 2)
    return max(most)


def outcomes(_argument, _env):
    def good():
        return 1
        yield

    def bad():
        yield Sleep(1)
        raise WorkflowError("boom")

    answer = yield Fork((good(), bad()), 2)
    return [outcome.error.value if outcome.error else None for outcome in answer]


def over_the_limit(_argument, _env):
    def endless():
        yield Sleep(1_000_000)

    def greedy():
        yield Sleep(1)
        raise resource_limit("too much")

    yield Fork((endless(), greedy()), 2)


def defect(_argument, _env):
    yield Sleep(1)
    return {}["absent"]


def spin(_argument, _env):
    for _ in range(1000):
        yield Breathe()
    return "done"


def many_forks(_argument, _env):
    def nothing():
        return
        yield

    for _ in range(5000):
        yield Fork((nothing(), nothing()), 2)
    return "done"


def test_a_workflow_gets_its_argument_and_environment():
    async def scene():
        async with hosting(echo) as hosted:
            name = await begin(hosted, "echo", '{"a": 1}')

            execution = hosted.executions.get(name)
            assert execution.state == State.SUCCEEDED
            assert json.loads(execution.result) == {"argument": {"a": 1}, "project": "demo"}

    run(scene())


def test_a_request_is_sent_and_answered():
    async def scene():
        async with hosting(fetch, answer=lambda _: httpx.Response(200, text="hi")) as hosted:
            name = await begin(hosted, "fetch")

            assert hosted.executions.get(name).result == '"hi"'

    run(scene())


def test_branches_run_side_by_side():
    async def scene():
        clock = Clock()
        async with hosting(three_sleepers, clock=clock) as hosted:
            name = await begin(hosted, "three-sleepers")
            for _ in range(3):
                clock.advance(10)
                await settle()

            assert hosted.executions.get(name).result == "[2,1,0]"

    run(scene())


def test_no_more_branches_run_than_the_limit_allows():
    async def scene():
        clock = Clock()
        async with hosting(two_at_once, clock=clock) as hosted:
            name = await begin(hosted, "two-at-once")
            for _ in range(5):
                clock.advance(1)
                await settle()

            assert hosted.executions.get(name).result == "2"

    run(scene())


def test_every_branch_reports_how_it_ended():
    async def scene():
        clock = Clock()
        async with hosting(outcomes, clock=clock) as hosted:
            name = await begin(hosted, "outcomes")
            clock.advance(1)
            await settle()

            assert hosted.executions.get(name).result == '[null,"boom"]'

    run(scene())


def test_an_exceeded_limit_ends_the_execution_whatever_other_branches_do():
    async def scene():
        clock = Clock()
        async with hosting(over_the_limit, clock=clock) as hosted:
            name = await begin(hosted, "over-the-limit")
            clock.advance(1)
            await settle()

            execution = hosted.executions.get(name)
            assert execution.state == State.FAILED
            assert json.loads(execution.error.payload)["tags"] == ["ResourceLimitError"]

    run(scene())


def test_a_defect_ends_one_execution_and_no_other():
    async def scene():
        clock = Clock()
        async with hosting(defect, echo, clock=clock) as hosted:
            broken = await begin(hosted, "defect")
            clock.advance(1)
            await settle()
            sound = await begin(hosted, "echo")

            assert hosted.executions.get(broken).state == State.FAILED
            assert hosted.executions.get(sound).state == State.SUCCEEDED

    run(scene())


def test_a_busy_workflow_lets_others_run():
    async def scene():
        async with hosting(spin, echo) as hosted:
            busy = await begin(hosted, "spin")
            other = await begin(hosted, "echo")

            assert hosted.executions.get(busy).state == State.ACTIVE
            assert hosted.executions.get(other).state == State.SUCCEEDED

    run(scene())


def test_forks_that_end_at_once_need_no_stack():
    async def scene():
        async with hosting(many_forks) as hosted:
            name = await begin(hosted, "many-forks")

            assert hosted.executions.get(name).result == '"done"'

    run(scene())


def test_a_cancelled_execution_does_nothing_more():
    async def scene():
        clock, sent = Clock(), []

        def sleep_and_send(_argument, _env):
            yield Sleep(5)
            yield HttpRequest("GET", "http://peer/x")

        def answer(request):
            sent.append(request)
            return httpx.Response(200)

        async with hosting(sleep_and_send, clock=clock, answer=answer) as hosted:
            name = await begin(hosted, "sleep-and-send")
            cancelled = hosted.executions.cancel(name)
            clock.advance(10)
            await settle()

            assert cancelled.state == State.CANCELLED
            assert sent == []

    run(scene())


def test_an_event_starts_one_execution_within_a_day():
    async def scene():
        clock = Clock()
        async with hosting(echo, clock=clock) as hosted:
            workflow = f"{PARENT}/workflows/echo"
            first = await hosted.start(workflow, "1", "event-1")
            again = await hosted.start(workflow, "1", "event-1")
            clock.advance(24 * 3600 + 1)
            later = await hosted.start(workflow, "1", "event-1")

            assert first == again != later

    run(scene())


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
