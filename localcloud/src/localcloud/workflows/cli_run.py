"""``workflows run`` and ``workflows check``."""

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path

from localcloud.workflows.effects import Value, WorkflowError
from localcloud.workflows.evaluator import Evaluator, Task
from localcloud.workflows.executions import payload_text
from localcloud.workflows.failures import DeploymentError, WorkflowFailed
from localcloud.workflows.interpreted import Interpreted
from localcloud.workflows.limits import DEFAULT_LIMITS, NO_LIMITS, Limits
from localcloud.workflows.own_tokens import OwnTokens
from localcloud.workflows.stdlib import jsons
from localcloud.workflows.transport import GoogleApis

FAILED, REFUSED = 1, 2


def run_file(options: argparse.Namespace) -> int:
    """Run a file; print its result, or its error and return 1 (2 if it cannot be deployed)."""
    return asyncio.run(_run_file(options))


async def _run_file(options: argparse.Namespace) -> int:
    try:
        source, argument = _text(options.file), _argument(options.data)
    except ValueError as unreadable:
        return _say(str(unreadable), REFUSED)
    task = Task(
        source=source,
        argument=argument,
        env=dict(options.env),
        google_apis=GoogleApis(options.base_url),
        limits=_limits(options),
    )
    async with Evaluator(OwnTokens(), _log_to_stderr()) as evaluator:
        try:
            ending = await evaluator.evaluate(task)
        except DeploymentError as refused:
            return _say(f"{options.file} cannot be deployed\n{refused}", REFUSED)
    if ending.error is not None:
        return _say(_shown(ending.error), FAILED)
    sys.stdout.write(f"{jsons.encode_to_string(ending.value, indent=True)}\n")
    return 0


def check_files(options: argparse.Namespace) -> int:
    """Print every fault of every file with its place; return 1 if there is any."""
    language, status = Interpreted(_limits(options)), 0
    for file in options.files:
        try:
            language.compile(_text(file), "local-dev", ())
        except (DeploymentError, ValueError) as refused:
            status = _say(f"{file}: {refused}", FAILED)
        else:
            sys.stdout.write(f"{file}: can be deployed\n")
    return status


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise ValueError(f"{file} cannot be read: {unreadable}") from unreadable


def _argument(data: str | None) -> Value:
    try:
        return None if data is None else jsons.decode(data)
    except WorkflowError as invalid:
        raise ValueError(f"--data is not JSON: {invalid.value['message']}") from invalid


def _limits(options: argparse.Namespace) -> Limits:
    return NO_LIMITS if options.no_limits else DEFAULT_LIMITS


def _shown(error: WorkflowError) -> str:
    context = error.context if isinstance(error, WorkflowFailed) else ""
    payload = json.dumps(json.loads(payload_text(error.value)), indent=4, ensure_ascii=False)
    return f"{payload}\n{context}"


def _say(message: str, status: int) -> int:
    sys.stderr.write(f"{message}\n")
    return status


class _Readable(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = json.loads(record.getMessage())
        payload = entry.get("textPayload", entry.get("jsonPayload"))
        text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
        return f"{entry['severity']} {text}"


def _log_to_stderr() -> logging.Logger:
    logger = logging.getLogger("localcloud.executions")
    handler = logging.StreamHandler()
    handler.setFormatter(_Readable())
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    return logger
