"""Print by how many MB a process grows with 1,000 executions that sleep."""

import asyncio
import logging
import resource
from pathlib import Path

from localcloud.workflows.evaluator import Evaluator, Task
from localcloud.workflows.own_tokens import OwnTokens

COUNT = 1000
SLEEPER = """
main:
  steps:
    - begin: {assign: [{words: [one, two, three]}, {note: "still here"}]}
    - nap: {call: sys.sleep, args: {seconds: 3600}}
    - end: {return: "${words}"}
"""


async def main() -> None:
    async with Evaluator(OwnTokens(), logging.getLogger("sleepers")) as evaluator:
        before = _resident_mb()
        asleep = [asyncio.ensure_future(evaluator.evaluate(Task(SLEEPER))) for _ in range(COUNT)]
        await asyncio.sleep(1)
        assert not any(task.done() for task in asleep)
        print(f"{_resident_mb() - before:.1f}", flush=True)
        for task in asleep:
            task.cancel()


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    asyncio.run(main())
