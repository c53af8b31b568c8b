"""The doctor reads the state of what Google Cloud runs; here a session answers from memory."""

from typing import Any

from safelight_cli.doctor.deployment import Deployment
from safelight_cli.doctor.finding import Status
from safelight_cli.doctor.managed import check_managed

HERE = Deployment("a-project", "europe-west1")
PLACE = "projects/a-project/locations/europe-west1"
SUBSCRIPTION = "projects/a-project/subscriptions/eventarc-europe-west1-image-added-sub-1"


class Answer:
    def __init__(self, told: dict[str, Any]) -> None:
        self._told = told

    def raise_for_status(self) -> None:
        """Every answer is good."""

    def json(self) -> dict[str, Any]:
        return self._told


class Session:
    def __init__(self, **changes: dict[str, Any]) -> None:
        run = f"https://run.googleapis.com/v2/{PLACE}/services"
        ready = {"state": "CONDITION_SUCCEEDED"}
        self._told: dict[str, dict[str, Any]] = {
            f"{run}/{name}": {
                "uri": f"https://{name}.example.com",
                "latestReadyRevision": f"{PLACE}/services/{name}/revisions/{name}-1",
                "terminalCondition": ready,
                **changes.get(name, {}),
            }
            for name in ("gallery", "metadata", "thumbnailer")
        }
        self._told[f"https://eventarc.googleapis.com/v1/{PLACE}/triggers/image-added"] = {
            "transport": {"pubsub": {"subscription": SUBSCRIPTION}}
        }
        policy = {
            "deadLetterTopic": "projects/a-project/topics/image-events-dead",
            "maxDeliveryAttempts": 100,
        }
        self._told[f"https://pubsub.googleapis.com/v1/{SUBSCRIPTION}"] = changes.get(
            "subscription", {"deadLetterPolicy": policy}
        )

    def request(self, method: str, url: str, *, json: object, timeout: float) -> Answer:
        assert (method, json) == ("GET", None)
        assert timeout > 0
        return Answer(self._told[url])


def failed(session: Session) -> dict[str, str]:
    findings = check_managed(session, HERE)
    return {f.name: f.detail for f in findings if f.status is Status.FAILED}


def test_all_is_well() -> None:
    assert failed(Session()) == {}


def test_a_service_that_does_not_start_is_told_with_google_s_reason() -> None:
    broken = {"terminalCondition": {"state": "CONDITION_FAILED", "message": "no such image"}}

    assert failed(Session(gallery=broken)) == {"service gallery": "it is not ready: no such image"}


def test_a_trigger_that_loses_events_is_told() -> None:
    assert failed(Session(subscription={})) == {
        "lost events": f"{SUBSCRIPTION} drops events after a day"
    }
