"""A world that answers the workflow's requests from a script, without network or time."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from localcloud.workflows.connectors.google import GoogleConnectors
from localcloud.workflows.effects import HttpRequest, HttpResponse, Now, Sleep, WorkflowError
from localcloud.workflows.limits import DEFAULT_LIMITS
from localcloud.workflows.program import RunContext, compile_workflow, run

Answer = HttpResponse | WorkflowError
Handler = Callable[[HttpRequest], Answer]

ENVIRONMENT = {
    "GOOGLE_CLOUD_PROJECT_ID": "p1",
    "GOOGLE_CLOUD_LOCATION": "l1",
    "GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID": "e1",
    "METADATA_URL": "https://metadata.example",
    "THUMBNAILER_URL": "https://thumbnailer.example",
    "RENDER_QUEUE": "projects/p1/locations/l1/queues/render",
    "TASKS_SERVICE_ACCOUNT": "tasks@p1.iam.gserviceaccount.com",
    "RECIPES": "default",
    "QUARANTINE_BUCKET": "p1-quarantine",
}


@dataclass
class World:
    """Answers by the first handler whose name is part of the URL; keeps what was asked."""

    handlers: dict[str, Handler]
    requests: list[HttpRequest] = field(default_factory=list)
    slept_s: list[float] = field(default_factory=list)

    def play(self, source: str, argument: Any) -> Any:
        """Return the workflow's result.  Raises what it fails with."""
        program = compile_workflow(source, connectors=GoogleConnectors("p1", DEFAULT_LIMITS))
        running = run(program, argument, RunContext(ENVIRONMENT))
        answer: Any = None
        try:
            while True:
                failed = isinstance(answer, WorkflowError)
                effect = running.throw(answer) if failed else running.send(answer)
                answer = self._answer(effect)
        except StopIteration as stop:
            return stop.value

    def sent_to(self, part: str) -> list[Any]:
        """Return the JSON bodies of all requests whose URL has the part."""
        return [json.loads(r.body or b"null") for r in self.requests if part in r.url]

    def _answer(self, effect: Any) -> Any:
        match effect:
            case HttpRequest(url=url):
                self.requests.append(effect)
                return next(h for part, h in self.handlers.items() if part in url)(effect)
            case Sleep(seconds):
                self.slept_s.append(seconds)
                return None
            case Now():
                return 1_800_000_000.0
        return None


def answer(body: Any, code: int = 200) -> HttpResponse:
    return HttpResponse(code, {"Content-Type": "application/json"}, json.dumps(body).encode())


def always(body: Any, code: int = 200) -> Handler:
    return lambda _: answer(body, code)


def in_turn(*answers: Answer) -> Handler:
    """Give one answer after the other; the last one stays."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]
