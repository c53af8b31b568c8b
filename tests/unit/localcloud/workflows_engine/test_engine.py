import asyncio
import json

import httpx
from google.cloud.workflows.executions_v1.types import Execution

from localcloud.clock import Clock
from localcloud.workflows.effects import (
    Breathe,
    Fork,
    HttpRequest,
    Sleep,
    WorkflowError,
)
from localcloud.workflows.failures import resource_limit
from tests.unit.localcloud.workflows_engine.scripted import PARENT, begin, hosting, settle

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
