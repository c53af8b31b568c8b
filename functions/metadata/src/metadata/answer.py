"""The answers of the function as JSON."""

import json
from http import HTTPStatus
from typing import Any, Final

from flask import Response

from metadata.describe import Description
from metadata.examine import Examined
from metadata.firestore_values import encode_fields
from metadata.questions import FIELDS, Questions
from metadata.record_metadata import region_of
from safelight.record import Reason
from safelight.verdict import Verdict

PROBLEM: Final = "application/problem+json"
_NOTHING: Final = {"metadata": None, "verdict": None}


def examination(found: Examined, questions: Questions) -> Response:
    """Return what the workflow is to ask Vision, or that and why the picture failed."""
    if found.examination is None:
        reason = _reason(found.reason)
        fields = encode_fields({**_NOTHING, "reason": reason})
        return _ok({"outcome": "failed", "reason": reason, "fields": fields})
    return _ok(
        {
            "outcome": "ok",
            "reason": None,
            "sha256": found.examination.sha256,
            # Without any the answers are known.
            "requests": questions.about(found.uris),
            "responseFields": FIELDS,
            # As a text: nothing between here and the description is to touch it.
            "examination": found.examination.model_dump_json(),
        }
    )


def description(found: Description) -> Response:
    """Return what the workflow acts upon, and the fields that it writes to the record."""
    verdict, reason = _verdict(found.verdict), _reason(found.reason)
    fields = {"metadata": found.metadata, "verdict": verdict, "reason": reason}
    return _ok(
        {
            "outcome": found.outcome,
            "reason": reason,
            "verdict": verdict,
            "cropHints": [region_of(hint) for hint in found.crop_hints],
            "faces": [region_of(face) for face in found.faces],
            "fields": encode_fields(fields),
        }
    )


def problem(status: HTTPStatus, code: str, detail: str) -> Response:
    """Return a problem as RFC 9457 has it."""
    body = {"type": "about:blank", "status": status, "code": code, "detail": detail}
    return _json(status, PROBLEM, body)


def _verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "decision": str(verdict.decision),
        "reasons": [reason.code for reason in verdict.reasons],
        "policy": verdict.policy,
    }


def _reason(reason: Reason | None) -> dict[str, str] | None:
    return None if reason is None else reason.to_document()


def _ok(body: dict[str, Any]) -> Response:
    return _json(HTTPStatus.OK, "application/json", body)


def _json(status: HTTPStatus, content_type: str, body: dict[str, Any]) -> Response:
    # Not ASCII: escapes would make text of most scripts three times as long.
    encoded = json.dumps(body, ensure_ascii=False, allow_nan=False)
    return Response(encoded.encode(), status=status, content_type=content_type)
