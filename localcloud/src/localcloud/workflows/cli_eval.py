"""``workflows eval``: one JSON line in, one JSON line out, for test suites.

A line holds ``workflow`` (the text) and may hold ``args``, ``env``, ``base_url``,
``googleapis_base``, ``deploy_only`` and ``id``.  The answer has ``result``, or ``error``
and ``context``, or ``deploy_error``; ``id`` is given back.
"""

import argparse
import asyncio
import logging
import sys
from collections.abc import Mapping
from typing import Any

from localcloud.workflows.effects import WorkflowError
from localcloud.workflows.engine_branches import Ending
from localcloud.workflows.evaluator import DEFAULT_ENV, Evaluator, Task
from localcloud.workflows.executions import payload_text
from localcloud.workflows.failures import DeploymentError, WorkflowFailed
from localcloud.workflows.interpreted import Interpreted
from localcloud.workflows.own_tokens import OwnTokens
from localcloud.workflows.stdlib import jsons
from localcloud.workflows.transport import GoogleApis

log = logging.getLogger(__name__)

Answer = dict[str, Any]

_KINDS: Mapping[str, type] = {"workflow": str, "env": dict, "base_url": str, "googleapis_base": str}
"""What the entries of a line must be, where they are given."""
_SAID: Mapping[type, str] = {str: "a string", dict: "an object"}


def evaluate_lines(_options: argparse.Namespace) -> int:
    """Answer stdin line by line until it ends."""
    return asyncio.run(_evaluate_lines())


async def _evaluate_lines() -> int:
    async with Evaluator(OwnTokens(), logging.getLogger("localcloud.executions")) as evaluator:
        while line := await asyncio.to_thread(sys.stdin.buffer.readline):
            if line.strip():
                answer = await _answer(evaluator, line)
                text = f"{payload_text(answer)}\n"
                sys.stdout.buffer.write(text.encode(errors="replace"))
                sys.stdout.buffer.flush()
    return 0


async def _answer(evaluator: Evaluator, line: bytes) -> Answer:
    try:
        request = jsons.decode(line)
    except WorkflowError as invalid:
        return {"deploy_error": f"the line cannot be read: {invalid.value['message']}"}
    if not isinstance(request, dict):
        return {"deploy_error": "the line must be an object"}
    mark = {"id": request["id"]} if "id" in request else {}
    for name, kind in _KINDS.items():
        if not isinstance(request.get(name) or kind(), kind):
            return {**mark, "deploy_error": f"'{name}' must be {_SAID[kind]}"}
    try:
        return {**mark, **await _evaluated(evaluator, request)}
    except DeploymentError as refused:
        return {**mark, "deploy_error": str(refused)}
    except Exception as defect:
        # The outermost boundary: the lines that follow must still be answered.
        log.exception("the workflow met a defect")
        return {**mark, "deploy_error": f"localcloud has a defect: {defect!r}"}


async def _evaluated(evaluator: Evaluator, request: Mapping[str, Any]) -> Answer:
    env = {name: str(value) for name, value in (request.get("env") or {}).items()}
    source = request.get("workflow") or ""
    if request.get("deploy_only"):
        project = env.get("GOOGLE_CLOUD_PROJECT_ID", DEFAULT_ENV["GOOGLE_CLOUD_PROJECT_ID"])
        Interpreted().compile(source, project, env.keys())
        return {"result": None}
    task = Task(source, request.get("args"), env, _google_apis(request))
    return _shown(await evaluator.evaluate(task))


def _google_apis(request: Mapping[str, Any]) -> GoogleApis:
    """Return where Google's APIs are: a base for each, or one for all, or the real ones."""
    if request.get("googleapis_base"):
        return GoogleApis(request["googleapis_base"], per_service=True)
    return GoogleApis(request.get("base_url") or None)


def _shown(ending: Ending) -> Answer:
    error = ending.error
    if error is None:
        return {"result": ending.value}
    return {"error": error.value, "context": _context(error)}


def _context(error: WorkflowError) -> str:
    if isinstance(error, WorkflowFailed):
        return error.context
    return f"RuntimeError: {payload_text(error.value)}"
