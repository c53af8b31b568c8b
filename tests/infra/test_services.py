"""The services get what their settings know, and the room that their limits need."""

import re
from typing import Any

import pytest

from gallery.settings import GallerySettings
from metadata.settings import MetadataSettings
from picture.limits import Limits
from safelight.settings import Settings, load
from tests.infra.state import environment, only, resources
from tests.infra.terraform import ROOT
from thumbnailer.settings import ThumbnailerSettings

SETTINGS: dict[str, type[Settings]] = {
    "gallery": GallerySettings,
    "metadata": MetadataSettings,
    "thumbnailer": ThumbnailerSettings,
}
MB = 1024 * 1024
# The interpreter, its libraries, and the child's part that is not the picture.
OVERHEAD_MB = 400


@pytest.fixture
def told(request: pytest.FixtureRequest, built: dict[str, Any]) -> dict[str, Any]:
    """Return a service of the configuration."""
    return dict(only(built, "google_cloud_run_v2_service", name=request.param))


def settings(built: dict[str, Any], name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the settings that a service reads from what Terraform sets."""
    service = only(built, "google_cloud_run_v2_service", name=name)
    for variable, value in environment(service).items():
        monkeypatch.setenv(variable, value)
    return load(SETTINGS[name])


@pytest.mark.parametrize("told", SETTINGS, indirect=True)
def test_every_variable_is_a_setting(told: dict[str, Any]) -> None:
    known = {name.upper() for name in SETTINGS[told["name"]].model_fields}

    assert environment(told).keys() <= known


@pytest.mark.parametrize("name", SETTINGS)
def test_every_service_takes_its_environment(
    built: dict[str, Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings(built, name, monkeypatch).google_cloud_project


@pytest.mark.parametrize("told", SETTINGS, indirect=True)
def test_cloud_run_chooses_the_port(told: dict[str, Any]) -> None:
    assert "PORT" not in environment(told)


def test_the_thumbnailer_gives_up_when_the_queue_does(
    built: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = only(built, "google_cloud_tasks_queue", name="render")

    found = settings(built, "thumbnailer", monkeypatch)

    assert found.max_attempts == queue["retry_config"][0]["max_attempts"]


def test_the_thumbnailer_has_room_for_its_limits(
    built: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = settings(built, "thumbnailer", monkeypatch)
    needed_mb = found.render_children * found.render_memory_mb
    needed_mb += (found.render_children + 1) * found.max_bytes // MB

    template = only(built, "google_cloud_run_v2_service", name="thumbnailer")["template"][0]
    assert template["max_instance_request_concurrency"] == found.render_children + 1
    assert memory_mb(template) >= needed_mb + OVERHEAD_MB


def test_the_metadata_function_has_room_for_its_limits(
    built: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = settings(built, "metadata", monkeypatch)
    template = only(built, "google_cloud_run_v2_service", name="metadata")["template"][0]
    requests = template["max_instance_request_concurrency"]

    # The file of a request lies in memory: an instance has no disk.
    needed_mb = found.children * Limits().memory_mb + requests * found.max_bytes // MB

    assert memory_mb(template) >= needed_mb + OVERHEAD_MB


def test_the_gate_judges_as_in_the_cloud(
    built: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings(built, "metadata", monkeypatch).policy == "cloud-v1"


def test_the_gallery_takes_no_more_than_cloud_run_lets_through(
    built: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = settings(built, "gallery", monkeypatch)
    template = only(built, "google_cloud_run_v2_service", name="gallery")["template"][0]

    assert found.max_request_bytes <= 32 * MB
    assert found.live_pages < template["max_instance_request_concurrency"]


def test_a_render_ends_before_its_task_is_sent_again(
    built: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = settings(built, "thumbnailer", monkeypatch)
    timeout_s = seconds(only(built, "google_cloud_run_v2_service", name="thumbnailer"))
    workflow = (ROOT / "workflows" / "image-added.yaml").read_text()
    deadlines = re.findall(r"dispatchDeadline: (\d+)s", workflow)

    assert found.render_timeout_s < timeout_s <= int(deadlines[0])


def test_the_workflow_waits_for_the_metadata_function(built: dict[str, Any]) -> None:
    workflow = (ROOT / "workflows" / "image-added.yaml").read_text()
    call = workflow.partition('sys.get_env("METADATA_URL")')[2]
    waits_s = re.findall(r"timeout: (\d+)", call)

    timeout_s = seconds(only(built, "google_cloud_run_v2_service", name="metadata"))

    assert int(waits_s[0]) >= timeout_s


@pytest.mark.parametrize("told", SETTINGS, indirect=True)
def test_every_probe_asks_a_path_that_there_is(told: dict[str, Any]) -> None:
    container = told["template"][0]["containers"][0]
    probes = [*container["startup_probe"], *container["liveness_probe"]]
    paths = {probe["http_get"][0]["path"] for probe in probes if probe["http_get"]}
    source = "".join(file.read_text() for file in ROOT.glob(f"*/{told['name']}/src/**/app.py"))

    assert len(container["startup_probe"]) == 1
    assert {path for path in paths if f'Route("{path}"' not in source} == set()


@pytest.mark.parametrize("told", SETTINGS, indirect=True)
def test_images_are_named_by_digest_and_the_process_starts_fast(told: dict[str, Any]) -> None:
    container = told["template"][0]["containers"][0]

    assert re.search(r"@sha256:[0-9a-f]{64}$", container["image"])
    assert container["resources"][0]["startup_cpu_boost"] is True


def test_metrics_count_what_the_services_log(built: dict[str, Any]) -> None:
    for metric in resources(built, "google_logging_metric"):
        service = re.findall(r'service_name="(\w+)"', metric.values["filter"])[0]
        event = re.findall(r'jsonPayload\.event="(\w+)"', metric.values["filter"])[0]
        source = "".join(f.read_text() for f in ROOT.glob(f"*/{service}/src/**/*.py"))
        assert f'"{event}"' in source
        for label in metric.values["label_extractors"]:
            assert re.search(rf'\b{label}=|"{label}"', source), label


def test_alerts_and_charts_look_at_what_there_is(built: dict[str, Any]) -> None:
    metrics = {
        f"logging.googleapis.com/user/{r.values['name']}"
        for r in resources(built, "google_logging_metric")
    }
    policies = "".join(str(r.values) for r in resources(built, "google_monitoring_alert_policy"))
    dashboard = only(built, "google_monitoring_dashboard")["dashboard_json"]
    used = set(re.findall(r"logging\.googleapis\.com/user/[\w/]+", policies + dashboard))

    assert used == metrics


def memory_mb(template: dict[str, Any]) -> int:
    limit = template["containers"][0]["resources"][0]["limits"]["memory"]
    assert limit.endswith("Gi")
    return int(limit.removesuffix("Gi")) * 1024


def seconds(service: Any) -> int:
    return int(service["template"][0]["timeout"].removesuffix("s"))
