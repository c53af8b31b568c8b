import pytest
from pydantic import ValidationError

from safelight.task import RenderTask

TASK = {"imageId": "i1", "bucket": "b", "name": "n", "generation": 7}


def test_a_task_reads_what_the_workflow_writes() -> None:
    hint = {"x": 0, "y": 5, "width": 10, "height": 20, "confidence": 0.8}

    task = RenderTask.model_validate({**TASK, "owner": "ann", "cropHints": [hint]})

    assert (task.image_id, task.generation, task.owner) == ("i1", 7, "ann")
    assert task.crop_hints[0].height == 20
    assert task.recipes == "default"


@pytest.mark.parametrize("change", [{"generation": 0}, {"imageId": ""}, {"bucket": None}])
def test_a_malformed_task_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RenderTask.model_validate({**TASK, **change})
