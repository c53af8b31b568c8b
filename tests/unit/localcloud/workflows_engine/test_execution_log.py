import asyncio
import json
import logging

import pytest
from google.cloud.workflows.executions_v1.types import Execution

from localcloud.clock import Clock
from localcloud.workflows.effects import Log, Sleep, StepEnded, StepStarted, WorkflowError
from tests.unit.localcloud.workflows_engine.scripted import PARENT, hosting, settle

Level = Execution.CallLogLevel


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.entries = []

    def emit(self, record):
        self.entries.append(json.loads(record.getMessage()))


def talks(_argument, _env):
    yield Log("WARNING", {"a": 1})
    yield StepStarted("main", "good", "call of function")
    yield StepEnded("main", "good")
    yield StepStarted("main", "bad", "call of function")
    yield StepEnded("main", "bad", WorkflowError("boom"))
    yield Sleep(5)
    yield Log("INFO", "after")


def logged(level, *, restart, database):
    """Run ``talks``; return the entries that it wrote."""
    logger, lines, clock = logging.getLogger(str(database)), Lines(), Clock()
    logger.addHandler(lines)
    logger.setLevel(logging.DEBUG)

    async def scene():
        setting = {"logger": logger, "clock": clock, "database": database}
        async with hosting(talks, **setting) as hosted:
            execution = Execution.pb()(call_log_level=level)
            hosted.executions.create(f"{PARENT}/workflows/talks", execution)
            await settle()
            if not restart:
                clock.advance(5)
                await settle()
        if restart:
            async with hosting(talks, **setting) as hosted:
                await hosted.recover()
                clock.advance(5)
                await settle()

    asyncio.run(scene())
    return lines.entries


@pytest.mark.parametrize(
    ("level", "steps"),
    [
        (Level.LOG_ALL_CALLS, ["good", "bad"]),
        (Level.LOG_ERRORS_ONLY, ["bad"]),
        (Level.LOG_NONE, []),
    ],
)
def test_the_level_decides_which_calls_are_logged(level, steps, tmp_path):
    entries = logged(level, restart=False, database=tmp_path / "a.db")

    found = [e["jsonPayload"].get("step") for e in entries if "jsonPayload" in e]
    assert [step for step in found if step] == steps


def test_an_entry_has_the_form_of_cloud_logging(tmp_path):
    entries = logged(Level.LOG_NONE, restart=False, database=tmp_path / "a.db")

    assert entries[0]["severity"] == "WARNING"
    assert entries[0]["jsonPayload"] == {"a": 1}
    assert entries[0]["resource"]["labels"]["workflow_id"] == "talks"
    assert entries[1]["textPayload"] == "after"


def test_a_restart_logs_nothing_twice(tmp_path):
    straight = logged(Level.LOG_ALL_CALLS, restart=False, database=tmp_path / "a.db")
    interrupted = logged(Level.LOG_ALL_CALLS, restart=True, database=tmp_path / "b.db")

    assert len(interrupted) == len(straight)
