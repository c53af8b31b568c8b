import asyncio
from pathlib import Path

from localcloud.run.cloud_run import CloudRun
from localcloud.run.leftovers import started_at
from tests.contract.run.door import example_spec, verify


def test_all_services_start_together_and_stop_together(tmp_path: Path) -> None:
    specs = [example_spec(name="one"), example_spec(name="two")]

    async def start_and_stop() -> list[int | None]:
        run = CloudRun(specs, tmp_path, verify)
        await run.start()
        await run.ready()
        pids = [process.pid for process in run.processes]
        assert [ingress.spec for ingress in run.ingresses] == specs
        await run.stop()
        return pids

    pids = asyncio.run(start_and_stop())

    assert [started_at(pid) for pid in pids if pid is not None] == [None, None]
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == [
        "one.log",
        "requests.log",
        "two.log",
    ]
    assert not list((tmp_path / "run").iterdir())
