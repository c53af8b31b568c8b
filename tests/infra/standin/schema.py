"""The provider's schema: read from the JSON that ``terraform providers schema`` would print."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from tests.infra.standin import protocol
from tests.infra.standin.protocol import Nesting
from tests.infra.standin.values import is_unknown

SCHEMA_FILE: Final = Path(__file__).parent / "schema.json"


@dataclass(frozen=True, slots=True)
class Attribute:
    type: Any
    """As in JSON: ``"string"``, ``["list", "string"]`` …"""
    required: bool = False
    optional: bool = False
    computed: bool = False
    enum: tuple[str, ...] = ()

    @property
    def is_read_only(self) -> bool:
        return self.computed and not self.optional


@dataclass(frozen=True, slots=True)
class Nested:
    nesting: Nesting
    block: "Block"
    min_items: int = 0
    max_items: int = 0

    def rows(self, value: Any) -> list[Any]:
        """Return the nested blocks in a value."""
        if value is None or is_unknown(value):
            return []
        if self.nesting is Nesting.SINGLE:
            return [value]
        return list(value.values() if self.nesting is Nesting.MAP else value)


@dataclass(frozen=True, slots=True)
class Block:
    attributes: Mapping[str, Attribute]
    nested: Mapping[str, Nested]

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        attributes = {
            name: Attribute(**(fields | {"enum": tuple(fields.get("enum", ()))}))
            for name, fields in told["attributes"].items()
        }
        nested = {
            name: Nested(
                Nesting[fields["nesting_mode"].upper()],
                cls.from_json(fields["block"]),
                fields.get("min_items", 0),
                fields.get("max_items", 0),
            )
            for name, fields in told.get("block_types", {}).items()
        }
        return cls(attributes, nested)

    def to_message(self) -> protocol.Block:
        return protocol.Block(
            attributes=list(self._attribute_messages()), block_types=list(self._nested_messages())
        )

    def _attribute_messages(self) -> Iterator[protocol.Attribute]:
        for name, attribute in sorted(self.attributes.items()):
            yield protocol.Attribute(
                name=name,
                type_=json.dumps(attribute.type).encode(),
                required=attribute.required,
                optional=attribute.optional,
                computed=attribute.computed,
            )

    def _nested_messages(self) -> Iterator[protocol.NestedBlock]:
        for name, nested in sorted(self.nested.items()):
            yield protocol.NestedBlock(
                type_name=name,
                block=nested.block.to_message(),
                nesting=int(nested.nesting),
                min_items=nested.min_items,
                max_items=nested.max_items,
            )


@dataclass(frozen=True, slots=True)
class ProviderSchema:
    provider: Block
    resources: Mapping[str, Block]
    data_sources: Mapping[str, Block]

    def to_message(self) -> protocol.SchemaAnswer:
        return protocol.SchemaAnswer(
            provider=_versioned(self.provider),
            resource_schemas={name: _versioned(block) for name, block in self.resources.items()},
            data_source_schemas={
                name: _versioned(block) for name, block in self.data_sources.items()
            },
        )


def load_schema(file: Path = SCHEMA_FILE) -> ProviderSchema:
    told = json.loads(file.read_text())
    return ProviderSchema(
        Block.from_json(told["provider"]),
        {name: Block.from_json(block) for name, block in told["resources"].items()},
        {name: Block.from_json(block) for name, block in told["data_sources"].items()},
    )


def _versioned(block: Block) -> protocol.Schema:
    return protocol.Schema(version=0, block=block.to_message())
