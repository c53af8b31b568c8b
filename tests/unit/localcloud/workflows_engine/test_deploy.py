import asyncio

from localcloud.errors import RpcError
from tests.unit.localcloud.workflows_engine.scripted import PARENT, hosting


def one(_argument, _env):
    return 1
    yield


def two(_argument, _env):
    return 2
    yield


def deployed(*deployments):
    """Deploy one after another; return the revision of each."""

    async def scene():
        async with hosting(one, two) as hosted:
            return [hosted.deploy(PARENT, "w", *deployment) for deployment in deployments]

    return asyncio.run(scene())


def test_the_same_again_makes_no_revision():
    first, again = deployed(("one", "", {"A": "1"}), ("one", "", {"A": "1"}))

    assert first == again


def test_each_change_makes_a_revision():
    revisions = deployed(
        ("one", "", {}),
        ("two", "", {}),
        ("two", "other@demo", {}),
        ("two", "other@demo", {"A": "1"}),
    )

    assert [revision[:6] for revision in revisions] == ["000001", "000002", "000003", "000004"]


def test_a_refused_source_leaves_the_deployed_one():
    async def scene():
        async with hosting(one) as hosted:
            try:
                hosted.deploy(PARENT, "one", "broken", "", {})
            except RpcError as refused:
                return refused.code.name, hosted.workflows.get(f"{PARENT}/workflows/one")
        return None

    code, workflow = asyncio.run(scene())

    assert code == "INVALID_ARGUMENT"
    assert workflow.source_contents == "one"
