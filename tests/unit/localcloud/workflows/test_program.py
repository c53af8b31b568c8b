"""What the driver of an interpreter can rely on."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcloud.workflows.effects import (
    Breathe,
    Effect,
    HttpResponse,
    Now,
    Running,
    StepEnded,
    StepStarted,
    Value,
    WorkflowError,
)
from localcloud.workflows.program import (
    NO_LIMITS,
    DeploymentError,
    Program,
    RunContext,
    StackFrame,
    WorkflowFailed,
    compile_workflow,
    run,
)
from tests.conformance.workflows.world import ScriptedConnectors, World

RETRYING = """
main:
  params: [args]
  steps:
    - now: {assign: [{t: "${sys.now()}"}]}
    - get:
        try: {call: http.get, args: {url: "https://x.test"}, result: r}
        retry: ${http.default_retry}
        except: {as: e, steps: [{h: {return: "${e.tags}"}}]}
    - done: {return: "${[t, r.body]}"}
"""

OK = HttpResponse(200, {"Content-Type": "text/plain"}, b"hi")
BROKEN = WorkflowError({"message": "m", "tags": ["ConnectionError"]})


def program(source: str) -> Program:
    return compile_workflow(source, connectors=ScriptedConnectors())


def effects_of(running: Running, answers: list[Any]) -> tuple[list[Effect], Value]:
    """Send the answers in their order; return what was asked, and the result."""
    asked = [running.send(None)]
    for answer in answers:
        try:
            asked.append(
                running.throw(answer) if isinstance(answer, Exception) else running.send(answer)
            )
        except StopIteration as stop:
            return asked, stop.value
    raise AssertionError("the answers ended before the workflow")


def test_same_answers_take_the_same_path() -> None:
    deployed = program(RETRYING)
    answers = [1.5, BROKEN, None, OK]

    first = effects_of(run(deployed, None, RunContext()), answers)
    second = effects_of(run(deployed, None, RunContext()), answers)

    assert first == second
    assert first[1] == [1.5, "hi"]
    assert isinstance(first[0][0], Now)


def test_runs_of_one_program_share_nothing() -> None:
    deployed = program(
        "main:\n  params: [n]\n  steps:\n"
        "    - a: {assign: [{t: '${sys.now() + n}'}]}\n    - b: {return: '${t}'}\n"
    )
    one, two = run(deployed, 1, RunContext()), run(deployed, 2, RunContext())
    one.send(None)
    two.send(None)

    results = []
    for running in (two, one):
        with pytest.raises(StopIteration) as stop:
            running.send(10.0)
        results.append(stop.value.value)

    assert results == [12.0, 11.0]


def test_an_endless_loop_breathes() -> None:
    deployed = compile_workflow(
        "- a: {next: b}\n- b: {next: a}", connectors=ScriptedConnectors(), limits=NO_LIMITS
    )
    running = run(deployed, None, RunContext(limits=NO_LIMITS))

    asked = [running.send(None) for _ in range(5)]

    assert asked == [Breathe()] * 5


def test_a_loop_of_plain_steps_breathes() -> None:
    deployed = program("- a: {for: {value: v, range: [1, 5000], steps: [{b: {assign: [{x: 1}]}}]}}")
    running = run(deployed, None, RunContext())

    asked = [running.send(None) for _ in range(4)]

    assert asked == [Breathe()] * 4


def test_steps_are_told_only_when_asked_for() -> None:
    deployed = program("- a: {assign: [{x: 1}]}\n- b: {call: sys.log, args: {data: 1}}")

    silent, _ = effects_of(run(deployed, None, RunContext()), [None])
    told, _ = effects_of(run(deployed, None, RunContext(trace_steps=True)), [None] * 5)

    assert [type(effect).__name__ for effect in silent] == ["Log"]
    assert told[:3] == [
        StepStarted("main", "a", "assign"),
        StepEnded("main", "a"),
        StepStarted("main", "b", "call of function"),
    ]


def test_a_failure_keeps_the_steps_it_passed_through() -> None:
    deployed = program(
        "main:\n  steps:\n    - a: {call: f}\nf:\n  steps:\n    - b: {return: '${[1][1]}'}\n"
    )

    with pytest.raises(WorkflowFailed) as caught:
        World().play(run(deployed, None, RunContext()))

    assert caught.value.frames == [
        StackFrame("f", "b", 6, 20, 9),
        StackFrame("main", "a", 3, 11),
    ]


def test_a_reraised_error_is_placed_anew() -> None:
    deployed = program(
        "- a:\n    try: {raise: x}\n    except:\n      as: e\n      steps:\n"
        "        - again: {raise: '${e}'}\n"
    )

    with pytest.raises(WorkflowFailed) as caught:
        World().play(run(deployed, None, RunContext()))

    assert [(frame.step, frame.line) for frame in caught.value.frames] == [("again", 6)]


def test_closing_a_run_leaves_nothing_behind() -> None:
    running = run(program(RETRYING), None, RunContext())
    running.send(None)

    running.close()

    with pytest.raises(StopIteration):
        running.send(None)


def test_faults_tell_line_column_and_message() -> None:
    with pytest.raises(DeploymentError) as caught:
        program("- a:\n    return: ${x}\n- b:\n    next: c\n")

    places = [(fault.line, fault.column) for fault in caught.value.faults]
    assert places == [(2, 15), (4, 11)]
    assert "    return: ${x}\n                  ^" in str(caught.value)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab1. \"'()[]+-*/%<>=!,notiandr{}$\\\n", max_size=40))
def test_any_text_deploys_or_is_refused(text: str) -> None:
    source = '[{"a": {"assign": [{"a": 1}, {"b": []}]}}, {"c": {"return": %s}}]'
    quoted = '"${' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '}"'

    try:
        deployed = program(source % quoted)
    except DeploymentError:
        return
    with contextlib.suppress(WorkflowFailed):
        World().play(run(deployed, None, RunContext()))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab: -[]{}\n\"'${}|>&*#%@!?,\t0", max_size=60))
def test_any_source_deploys_or_is_refused(source: str) -> None:
    with contextlib.suppress(DeploymentError):
        program(source)
