"""One table of methods a service; gRPC here and REST in ``rest`` serve the same handlers.

A handler takes and gives raw protobuf messages (``types.X.pb()``: proto-plus
wrappers cost ten times as much) and raises RpcError.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import status_pb2
from grpc_status import rpc_status

from localcloud.errors import RpcError
from localcloud.faults import Faults

log = logging.getLogger(__name__)

Unary = Callable[[Any], Awaitable[Any]]
ServerStream = Callable[[Any], AsyncIterator[Any]]
Bidi = Callable[[AsyncIterator[Any]], AsyncIterator[Any]]


class Kind(Enum):
    """How many messages go either way."""

    UNARY = "unary"
    SERVER_STREAM = "server stream"
    BIDI = "bidi"


@dataclass(frozen=True, slots=True)
class Http:
    """A google.api.http rule: ``verb``, path template, and the field that the body fills.

    ``ignored`` are fields of the body that the API has but the client library's message lacks.
    https://github.com/googleapis/googleapis/blob/master/google/api/http.proto
    """

    verb: str
    template: str
    body: str | None = None
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its full name, what it takes, who handles it, where REST finds it."""

    name: str
    kind: Kind
    request_type: type[Message]
    handler: Callable[[Any], Any]
    rules: tuple[Http, ...]


class Service:
    """A gRPC service, as a table of methods."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.methods: list[Method] = []

    def unary(self, name: str, request_type: Any, handler: Unary, *rules: Http) -> None:
        self._add(name, Kind.UNARY, request_type, handler, rules)

    def server_stream(
        self, name: str, request_type: Any, handler: ServerStream, *rules: Http
    ) -> None:
        self._add(name, Kind.SERVER_STREAM, request_type, handler, rules)

    def bidi(self, name: str, request_type: Any, handler: Bidi) -> None:
        self._add(name, Kind.BIDI, request_type, handler, ())

    def _add(
        self,
        name: str,
        kind: Kind,
        request_type: Any,
        handler: Callable[[Any], Any],
        rules: tuple[Http, ...],
    ) -> None:
        raw = request_type.pb() if hasattr(request_type, "pb") else request_type
        self.methods.append(Method(f"{self.name}/{name}", kind, raw, handler, rules))


def grpc_handlers(
    services: Iterable[Service], faults: Faults
) -> tuple[grpc.GenericRpcHandler, ...]:
    """Return the handlers for ``grpc.aio.Server.add_generic_rpc_handlers``."""
    return tuple(
        grpc.method_handlers_generic_handler(
            service.name,
            {m.name.rpartition("/")[2]: _rpc_handler(m, faults) for m in service.methods},
        )
        for service in services
    )


def _rpc_handler(method: Method, faults: Faults) -> grpc.RpcMethodHandler[Any, Any]:
    match method.kind:
        case Kind.UNARY:
            return grpc.unary_unary_rpc_method_handler(
                _answering_unary(method, faults), method.request_type.FromString, _serialize
            )
        case Kind.SERVER_STREAM:
            return grpc.unary_stream_rpc_method_handler(
                _answering_stream(method, faults), method.request_type.FromString, _serialize
            )
        case Kind.BIDI:
            return grpc.stream_stream_rpc_method_handler(
                _answering_stream(method, faults), method.request_type.FromString, _serialize
            )


def _serialize(message: Any) -> bytes:
    serialized: bytes = message.SerializeToString()
    return serialized


def _answering_unary(method: Method, faults: Faults) -> Callable[[Any, Any], Awaitable[Any]]:
    async def answer(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        try:
            async with faults.observe(method.name):
                return await method.handler(request)
        except RpcError as error:
            await abort(context, error)
        except Exception:
            log.exception("%s has a defect", method.name)
            raise

    return answer


def _answering_stream(method: Method, faults: Faults) -> Callable[[Any, Any], AsyncIterator[Any]]:
    async def answer(
        request: Any,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> AsyncIterator[Any]:
        try:
            async with faults.observe(method.name):
                async for message in method.handler(request):
                    yield message
        except RpcError as error:
            await abort(context, error)
        except Exception:
            log.exception("%s has a defect", method.name)
            raise

    return answer


async def abort(context: grpc.aio.ServicerContext[Any, Any], error: RpcError) -> None:
    """End the call with the error's code, message and details."""
    await context.abort_with_status(rpc_status.to_status(status_of(error)))


def status_of(error: RpcError) -> status_pb2.Status:
    """Return the google.rpc.Status that says the same."""
    status = status_pb2.Status(code=error.code.value[0], message=error.message)
    for detail in error.details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status
