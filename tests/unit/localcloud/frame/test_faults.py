import asyncio

import pytest

from localcloud.errors import RpcError
from localcloud.faults import Fault, Faults


def call(faults: Faults, method: str) -> None:
    async def observed() -> None:
        async with faults.observe(method):
            pass

    asyncio.run(observed())


def test_a_fault_strikes_as_often_as_planned() -> None:
    faults = Faults()
    faults.plan.append(Fault("vision/*", "UNAVAILABLE", count=2))

    for _ in range(2):
        with pytest.raises(RpcError, match="injected fault"):
            call(faults, "vision/Annotate")
    call(faults, "vision/Annotate")

    assert [c.status for c in faults.calls] == ["UNAVAILABLE", "UNAVAILABLE", "OK"]


def test_a_fault_spares_other_methods() -> None:
    faults = Faults()
    faults.plan.append(Fault("vision/*"))

    call(faults, "tasks/Create")

    assert len(faults.plan) == 1


@pytest.mark.parametrize("wrong", [{"status": "BROKEN"}, {"count": 0}, {"delay_s": -1.0}])
def test_a_wrong_fault_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Fault("x", **wrong)  # type: ignore[arg-type]
