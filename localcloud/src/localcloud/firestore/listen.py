"""Listen: a stream that says what is there, then every change.

No history is kept.  A target that is resumed is told to RESET and sent whole, which
clients must be ready for.
https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#listenresponse
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import status_pb2

from localcloud.errors import RpcError, invalid_argument
from localcloud.firestore.messages import (
    ListenResponse,
    RequestPb,
    ResponsePb,
    TargetChange,
)
from localcloud.firestore.store import Change, Store
from localcloud.firestore.targets import Found, NamedDocuments, Watched, parse_target

_END = object()


@dataclass(slots=True)
class _Target:
    watched: Watched
    found: Found


@dataclass(slots=True)
class Listener:
    """One stream: its targets and what it has told of each."""

    store: Store
    targets: dict[int, _Target] = field(default_factory=dict)

    def answer(self, request: RequestPb) -> list[ResponsePb]:
        """Return what a request of the client is answered with."""
        match request.WhichOneof("target_change"):
            case "add_target":
                return self._add(request.add_target)
            case "remove_target":
                return self._remove(request.remove_target)
            case _:
                raise invalid_argument("A request needs add_target or remove_target.")

    def tell(self, change: Change) -> list[ResponsePb]:
        """Return what the client must hear of a commit; nothing if it touches no target."""
        at = self.store.tick()
        responses: list[ResponsePb] = []
        for target_id, target in self.targets.items():
            found = target.watched.refresh(target.found, change.entries, self.store.index)
            if found is not target.found:
                responses += self._differences(target_id, target.found, found, at)
                target.found = found
        return [*responses, _snapshot(at)] if responses else []

    def _add(self, message: RequestPb) -> list[ResponsePb]:
        target_id = message.target_id or max(self.targets, default=0) + 1
        if target_id in self.targets:
            raise invalid_argument(f"Target id {target_id} is in use.")
        try:
            watched = parse_target(message)
        except RpcError as error:
            return [_target_change("ADD", target_id), _refused(target_id, error)]
        target = _Target(watched, watched.find(self.store.index))
        self.targets[target_id] = target
        responses = self._initial(target_id, target, resumed=bool(_resumes(message)))
        if message.once:
            responses += self._remove(target_id)
        return responses

    def _initial(self, target_id: int, target: _Target, *, resumed: bool) -> list[ResponsePb]:
        at = self.store.tick()
        responses = [_target_change("ADD", target_id)]
        if resumed:
            responses.append(_target_change("RESET", target_id, at))
        responses += self._differences(target_id, {}, target.found, at)
        if isinstance(target.watched, NamedDocuments):
            missing = [name for name in target.watched.names if name not in target.found]
            responses += [_deleted(name, target_id, at) for name in missing]
        return [*responses, _target_change("CURRENT", target_id, at), _snapshot(at)]

    def _remove(self, target_id: int) -> list[ResponsePb]:
        if self.targets.pop(target_id, None) is None:
            return []
        return [_target_change("REMOVE", target_id)]

    def _differences(
        self, target_id: int, before: Found, after: Found, at: Timestamp
    ) -> Iterator[ResponsePb]:
        for name in before.keys() - after.keys():
            is_deleted = self.store.index.get(name) is None
            yield (_deleted if is_deleted else _left)(name, target_id, at)
        for name, entry in after.items():
            if before.get(name) is not entry:
                response = ListenResponse()
                response.document_change.document.CopyFrom(entry.document)
                response.document_change.target_ids.append(target_id)
                yield response


async def listen(store: Store, requests: AsyncIterator[RequestPb]) -> AsyncIterator[ResponsePb]:
    """Handle Listen."""
    listener, events = Listener(store), asyncio.Queue[Any]()
    reader = asyncio.create_task(_forward(requests, events))
    try:
        with store.subscription(events):
            while (event := await events.get()) is not _END:
                for response in _react(listener, event):
                    yield response
    finally:
        reader.cancel()
        with suppress(asyncio.CancelledError):
            await reader


def _react(listener: Listener, event: Any) -> Iterable[ResponsePb]:
    return listener.tell(event) if isinstance(event, Change) else listener.answer(event)


async def _forward(requests: AsyncIterator[RequestPb], events: asyncio.Queue[Any]) -> None:
    """Put the client's requests among the changes, and then the end of them."""
    try:
        async for request in requests:
            events.put_nowait(request)
    finally:
        events.put_nowait(_END)


def _resumes(message: RequestPb) -> str | None:
    resume_type: str | None = message.WhichOneof("resume_type")
    return resume_type


def _target_change(kind: str, target_id: int, at: Timestamp | None = None) -> ResponsePb:
    change = TargetChange(target_change_type=kind, target_ids=[target_id])
    if at is not None:
        change.read_time.CopyFrom(at)
        change.resume_token = at.SerializeToString()
    return ListenResponse(target_change=change)


def _snapshot(at: Timestamp) -> ResponsePb:
    """All targets are consistent at this moment."""
    change = TargetChange(read_time=at, resume_token=at.SerializeToString())
    return ListenResponse(target_change=change)


def _refused(target_id: int, error: RpcError) -> ResponsePb:
    cause = status_pb2.Status(code=error.code.value[0], message=error.message)
    return ListenResponse(
        target_change=TargetChange(target_change_type="REMOVE", target_ids=[target_id], cause=cause)
    )


def _deleted(name: str, target_id: int, at: Timestamp) -> ResponsePb:
    response = ListenResponse()
    response.document_delete.document = name
    response.document_delete.removed_target_ids.append(target_id)
    response.document_delete.read_time.CopyFrom(at)
    return response


def _left(name: str, target_id: int, at: Timestamp) -> ResponsePb:
    """Return that the document is still there, but no longer in the target."""
    response = ListenResponse()
    response.document_remove.document = name
    response.document_remove.removed_target_ids.append(target_id)
    response.document_remove.read_time.CopyFrom(at)
    return response
