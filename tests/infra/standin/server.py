"""Serves the provider on a local socket; Terraform attaches to it instead of the registry's."""

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import grpc

from tests.infra.standin.protocol import REQUESTS
from tests.infra.standin.provider import Provider
from tests.infra.standin.schema import SCHEMA_FILE, load_schema

_ADDRESS: Final = "registry.terraform.io/hashicorp/google"
_THREADS: Final = 16
_UNLIMITED: Final = -1


@contextmanager
def serving(schema: Path = SCHEMA_FILE) -> Iterator[dict[str, str]]:
    """Serve for the time of the block; gives the variables with which Terraform finds it.

    https://developer.hashicorp.com/terraform/plugin/debugging
    """
    sizes = ("grpc.max_receive_message_length", "grpc.max_send_message_length")
    options = [(size, _UNLIMITED) for size in sizes]
    server = grpc.server(ThreadPoolExecutor(_THREADS), options=options)
    server.add_generic_rpc_handlers([_handlers(Provider(load_schema(schema)))])
    with tempfile.TemporaryDirectory(prefix="standin-") as folder:
        socket = f"{folder}/socket"
        server.add_insecure_port(f"unix:{socket}")
        server.start()
        try:
            yield {"TF_REATTACH_PROVIDERS": _attachment(socket)}
        finally:
            server.stop(0).wait()


def _attachment(socket: str) -> str:
    place = {
        "Protocol": "grpc",
        "ProtocolVersion": 5,
        "Pid": os.getpid(),
        "Test": True,
        "Addr": {"Network": "unix", "String": socket},
    }
    return json.dumps({_ADDRESS: place})


def _handlers(provider: Provider) -> grpc.GenericRpcHandler:
    methods = {}
    for name, request in REQUESTS.items():
        act = getattr(provider, re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower())
        methods[name] = grpc.unary_unary_rpc_method_handler(
            _method(act),
            request_deserializer=request.deserialize,
            response_serializer=lambda answer: type(answer).serialize(answer),
        )
    return grpc.method_handlers_generic_handler("tfplugin5.Provider", methods)


def _method(act: Callable[[Any], Any]) -> Callable[[Any, grpc.ServicerContext], Any]:
    return lambda request, _context: act(request)
