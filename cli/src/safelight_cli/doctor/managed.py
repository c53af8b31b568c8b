"""Check what only Google Cloud has: revisions that serve, the trigger, and its dead letters."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from safelight_cli.doctor.deployment import DEAD_LETTERS, SERVICES, WORKFLOW, Deployment
from safelight_cli.doctor.finding import CheckError, Finding, check
from safelight_cli.doctor.grants import Session
from safelight_cli.doctor.parts import TIMEOUT_S

_RUN: Final = "https://run.googleapis.com/v2"
_EVENTARC: Final = "https://eventarc.googleapis.com/v1"
_PUBSUB: Final = "https://pubsub.googleapis.com/v1"


def check_managed(session: Session, deployment: Deployment) -> Iterator[Finding]:
    """Yield whether every service serves, and whether events are delivered and not lost."""
    for name in SERVICES:
        way_out = f"gcloud run services describe {name}; its log says why it does not start."
        yield check(f"service {name}", partial(_service, session, deployment, name), way_out)
    yield check(
        "lost events",
        partial(_dead_letters, session, deployment),
        "make deploy attaches the dead-letter topic; a new trigger needs some minutes.",
    )


def _service(session: Session, deployment: Deployment, name: str) -> str:
    service = _get(session, f"{_RUN}/{deployment.parent}/services/{name}")
    condition = service.get("terminalCondition", {})
    if condition.get("state") != "CONDITION_SUCCEEDED":
        raise CheckError(f"it is not ready: {condition.get('message', 'no reason is told')}")
    return f"{service['uri']} serves {service['latestReadyRevision'].rpartition('/')[2]}"


def _dead_letters(session: Session, deployment: Deployment) -> str:
    trigger = _get(session, f"{_EVENTARC}/{deployment.parent}/triggers/{WORKFLOW}")
    subscription = trigger["transport"]["pubsub"]["subscription"]
    policy = _get(session, f"{_PUBSUB}/{subscription}").get("deadLetterPolicy", {})
    if not policy.get("deadLetterTopic", "").endswith(f"/{DEAD_LETTERS}"):
        raise CheckError(f"{subscription} drops events after a day")
    return f"kept in {DEAD_LETTERS} after {policy.get('maxDeliveryAttempts')} attempts"


def _get(session: Session, url: str) -> Any:
    answer = session.request("GET", url, json=None, timeout=TIMEOUT_S)
    answer.raise_for_status()
    return answer.json()
