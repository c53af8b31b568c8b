"""Play the world for a workflow, from a script."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.workflows.effects import (
    AwaitCallback,
    Breathe,
    CreateCallback,
    Effect,
    Fork,
    HttpRequest,
    HttpResponse,
    Log,
    NewUuid,
    Now,
    Outcome,
    Running,
    Sleep,
    StepEnded,
    StepStarted,
    Value,
    WorkflowError,
)

UUID = "123e4567-e89b-42d3-a456-426614174000"
START_S = 1_700_000_000.0


@dataclass
class World:
    """Answers effects as the script says, and remembers what was asked."""

    http: list[dict[str, Any]] = field(default_factory=list)
    callbacks: list[dict[str, Any]] = field(default_factory=list)
    now_s: float = START_S
    requests: list[HttpRequest] = field(default_factory=list)
    sleeps: list[float] = field(default_factory=list)
    logs: list[tuple[str, Value]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    endpoints: list[str] = field(default_factory=list)
    forks: list[tuple[int, int]] = field(default_factory=list)

    def play(self, running: Running) -> Value:
        """Run to the end; return the result or raise the error."""
        answer: Any = None
        error: WorkflowError | None = None
        while True:
            try:
                effect = running.throw(error) if error else running.send(answer)
            except StopIteration as stop:
                return stop.value
            answer, error = None, None
            try:
                answer = self._answer(effect)
            except WorkflowError as raised:
                error = raised

    def _answer(self, effect: Effect) -> Any:
        match effect:
            case HttpRequest():
                return self._respond(effect)
            case CreateCallback(method):
                self.endpoints.append(method)
                return {"url": f"https://callbacks.test/{len(self.endpoints)}"}
            case AwaitCallback():
                return self._called_back()
            case Fork(branches, limit):
                self.forks.append((len(branches), limit))
                return [self._outcome(branch) for branch in branches]
            case _:
                return self._noted(effect)

    def _noted(self, effect: Effect) -> Any:
        match effect:
            case Sleep(seconds):
                self.sleeps.append(seconds)
                self.now_s += seconds
            case Log(severity, payload):
                self.logs.append((severity, payload))
            case StepStarted(routine, step, kind):
                self.steps.append(f"+ {routine}.{step} {kind}")
            case StepEnded(routine, step, failed):
                self.steps.append(f"- {routine}.{step}{' failed' if failed else ''}")
            case _:
                return {Now: self.now_s, NewUuid: UUID, Breathe: None}[type(effect)]
        return None

    def _outcome(self, branch: Running) -> Outcome:
        try:
            self.play(branch)
        except WorkflowError as error:
            return Outcome(error)
        return Outcome()

    def _respond(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        for scripted in self.http:
            if scripted.get("url", request.url) == request.url:
                self.http.remove(scripted)
                return _response(scripted)
        raise AssertionError(f"no answer is left for {request.method} {request.url}")

    def _called_back(self) -> Value:
        if not self.callbacks:
            raise scripted_error("TimeoutError")
        return self.callbacks.pop(0)


def _response(scripted: Mapping[str, Any]) -> HttpResponse:
    if "error" in scripted:
        raise scripted_error(scripted["error"])
    headers = dict(scripted.get("headers", {}))
    if "json" in scripted:
        headers.setdefault("Content-Type", "application/json")
        body = json.dumps(scripted["json"]).encode()
    elif "text" in scripted:
        headers.setdefault("Content-Type", "text/plain")
        body = scripted["text"].encode()
    else:
        body = base64.b64decode(scripted.get("base64", ""))
    return HttpResponse(scripted.get("code", 200), headers, body)


def scripted_error(tag: str) -> WorkflowError:
    """Return an error as the engine throws it for a request without response."""
    return WorkflowError({"message": f"{tag}: as the script says", "tags": [tag]})


@dataclass(frozen=True)
class ScriptedConnectors:
    """Connectors that answer what the script says."""

    results: Mapping[str, Value] = field(default_factory=dict)

    def exists(self, name: str) -> bool:
        return name in self.results

    def call(self, name: str, args: Mapping[str, Value]) -> Running:
        yield Log("CONNECTOR", {"name": name, "args": dict(args)})
        return self.results[name]
