"""Run every case in ``cases/``; README.md there says how a case is written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcloud.workflows.program import (
    DEFAULT_LIMITS,
    NO_LIMITS,
    DeploymentError,
    RunContext,
    WorkflowFailed,
    compile_workflow,
    run,
)
from tests.conformance.workflows.world import ScriptedConnectors, World

CASES = Path(__file__).parent / "cases"
ENV = {"GOOGLE_CLOUD_PROJECT_ID": "demo", "GOOGLE_CLOUD_LOCATION": "us-central1", "MINE": "yes"}


@dataclass(frozen=True)
class Case:
    name: str
    source: str
    script: dict[str, Any]


def _cases() -> list[Case]:
    return [case for path in sorted(CASES.glob("*.yaml")) for case in _cases_of(path)]


def _cases_of(path: Path) -> list[Case]:
    found = []
    for entry in yaml.safe_load(path.read_text()):
        source = entry["source"]
        scripts: dict[str, dict[str, Any]] = {}
        if "workflow" in entry:
            scripts[entry["name"]] = entry
        for text, result in entry.get("expressions", {}).items():
            scripts[text] = {"workflow": _returning(text, entry), "result": result}
        for text, tag in entry.get("failures", {}).items():
            scripts[text] = {"workflow": _returning(text, entry), "error": {"tag": tag}}
        for text in entry.get("undeployable", []):
            scripts[text] = {
                "workflow": _returning(text, entry),
                "deploy_error": r"expression|error in step",
            }
        found += [
            Case(f"{path.stem}: {name}", source, entry | script) for name, script in scripts.items()
        ]
    return found


def _returning(text: str, entry: dict[str, Any]) -> str:
    given = [{name: value} for name, value in entry.get("given", {}).items()]
    steps = [{"given": {"assign": given}}] if given else []
    return json.dumps([*steps, {"answer": {"return": "${" + text + "}"}}])


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    script = case.script
    limits = NO_LIMITS if script.get("limits") == "off" else DEFAULT_LIMITS
    connectors = ScriptedConnectors(script.get("connectors", {}))
    world = World(list(script.get("http", [])), list(script.get("callbacks", [])))

    if "deploy_error" in script:
        with pytest.raises(DeploymentError, match=script["deploy_error"]):
            compile_workflow(script["workflow"], connectors=connectors, limits=limits)
        return
    program = compile_workflow(script["workflow"], connectors=connectors, limits=limits)
    context = RunContext(ENV, trace_steps="steps" in script, limits=limits)
    running = run(program, script.get("args"), context)
    if "error" in script:
        with pytest.raises(WorkflowFailed) as caught:
            world.play(running)
        _check_error(script["error"], caught.value)
    else:
        assert _same(world.play(running), script.get("result"))
    _check_world(script, world)


def _check_error(expected: dict[str, Any], failed: WorkflowFailed) -> None:
    if "payload" in expected:
        assert failed.value == expected["payload"]
    if "tag" in expected:
        assert failed.value["tags"][0] == expected["tag"]
    if "tags" in expected:
        assert failed.value["tags"] == expected["tags"]
    if "message" in expected:
        assert failed.value["message"] == expected["message"]
    if "context" in expected:
        assert failed.context == expected["context"]


def _check_world(script: dict[str, Any], world: World) -> None:
    if "requests" in script:
        for request, expected in zip(world.requests, script["requests"], strict=True):
            seen = {
                "method": request.method,
                "url": request.url,
                "headers": dict(request.headers),
                "timeout": request.timeout_s,
                "body": None if request.body is None else request.body.decode(),
                "auth": request.auth and request.auth.kind,
                "audience": request.auth and request.auth.audience,
                "scopes": request.auth and list(request.auth.scopes),
            }
            assert seen | expected == seen
    for name in ("sleeps", "steps", "endpoints"):
        if name in script:
            assert getattr(world, name) == script[name]
    for name in ("logs", "forks"):
        if name in script:
            assert [list(entry) for entry in getattr(world, name)] == script[name]


def _same(result: Any, expected: Any) -> bool:
    """Compare with types: 1 is not 1.0, nor true; in a script, ``!!float`` says which is meant."""
    if isinstance(result, dict) and isinstance(expected, dict):
        same_keys = list(result) == list(expected)
        return same_keys and all(_same(result[key], expected[key]) for key in result)
    if isinstance(result, list) and isinstance(expected, list):
        pairs = zip(result, expected, strict=False)
        return len(result) == len(expected) and all(_same(*pair) for pair in pairs)
    return type(result) is type(expected) and result == expected
