"""Values as Terraform sends them: MessagePack, with an extension for what is not yet known.

https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/object-wire-format.md
"""

from typing import Any, Final

import msgpack

from tests.infra.standin.protocol import DynamicValue

UNKNOWN: Final = msgpack.ExtType(0, b"\x00")


def encode(value: Any) -> DynamicValue:
    return DynamicValue(msgpack=msgpack.packb(value, use_bin_type=True))


def decode(value: DynamicValue) -> Any:
    return msgpack.unpackb(value.msgpack, strict_map_key=False) if value.msgpack else None


def is_unknown(value: Any) -> bool:
    return isinstance(value, msgpack.ExtType)
