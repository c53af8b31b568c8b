"""What Cloud Storage refuses, with its HTTP status and reason.

https://cloud.google.com/storage/docs/json_api/v1/status-codes
"""

import grpc

from localcloud.errors import RpcError

# The canonical codes are what the call log shows; the wire has the HTTP status.
_CODES = {
    304: grpc.StatusCode.ABORTED,
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    405: grpc.StatusCode.INVALID_ARGUMENT,
    409: grpc.StatusCode.ALREADY_EXISTS,
    410: grpc.StatusCode.NOT_FOUND,
    412: grpc.StatusCode.FAILED_PRECONDITION,
    416: grpc.StatusCode.OUT_OF_RANGE,
    499: grpc.StatusCode.CANCELLED,
}


class StorageError(RpcError):
    """A refusal.

    ``reason`` is the JSON API's word for it and ``xml_code`` the XML API's;
    ``location`` names the header or parameter that caused it.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        location: tuple[str, str] | None = None,
        xml_code: str = "InvalidArgument",
    ) -> None:
        super().__init__(_CODES[status], message)
        self.reason = reason
        self.location = location
        self.xml_code = xml_code
        self.headers: dict[str, str] = {}
        self._status = status

    @property
    def http_status(self) -> int:
        return self._status


def invalid(message: str, parameter: str | None = None) -> StorageError:
    location = ("parameter", parameter) if parameter else None
    return StorageError(400, "invalid", message, location)


def required(parameter: str) -> StorageError:
    message = f"Required parameter: {parameter}"
    return StorageError(400, "required", message, ("parameter", parameter))


def forbidden(message: str) -> StorageError:
    return StorageError(403, "forbidden", message, xml_code="AccessDenied")


def no_bucket() -> StorageError:
    message = "The specified bucket does not exist."
    return StorageError(404, "notFound", message, xml_code="NoSuchBucket")


def no_object(bucket: str, name: str) -> StorageError:
    message = f"No such object: {bucket}/{name}"
    return StorageError(404, "notFound", message, xml_code="NoSuchKey")


def conflict(message: str) -> StorageError:
    return StorageError(409, "conflict", message)


def condition_not_met() -> StorageError:
    return StorageError(
        412,
        "conditionNotMet",
        "At least one of the pre-conditions you specified did not hold.",
        ("header", "If-Match"),
        "PreconditionFailed",
    )


def not_modified() -> StorageError:
    return StorageError(304, "notModified", "Not Modified", ("header", "If-None-Match"))
