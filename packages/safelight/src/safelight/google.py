"""Build Google's clients: for the cloud, or for a local cloud where the environment names one.

The clients of Cloud Storage, Firestore, Pub/Sub and BigQuery know variables for this
(``STORAGE_EMULATOR_HOST``, ``FIRESTORE_EMULATOR_HOST`` …).  The generated gRPC clients
have none, so ``GOOGLE_API_EMULATOR_HOST`` (host:port) serves for those.
"""

import os
from typing import Any, TypeVar

import grpc

Client = TypeVar("Client")


def make(client: type[Client]) -> Client:
    """Return ``client()``, or one on ``GOOGLE_API_EMULATOR_HOST`` for a generated gRPC client."""
    target = os.environ.get("GOOGLE_API_EMULATOR_HOST")
    generated: Any = client
    if not target or not hasattr(generated, "get_transport_class"):
        return client()
    asynchronous = generated.__name__.endswith("AsyncClient")
    channel = (grpc.aio if asynchronous else grpc).insecure_channel(target)
    transport = generated.get_transport_class("grpc_asyncio" if asynchronous else "grpc")
    made: Client = generated(transport=transport(channel=channel))
    return made
