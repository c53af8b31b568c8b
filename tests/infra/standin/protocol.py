"""Terraform's plugin protocol 5, as far as a provider of resources and data sources needs it.

https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

import proto


class Nesting(IntEnum):
    SINGLE = 1
    LIST = 2
    SET = 3
    MAP = 4


class Severity(IntEnum):
    ERROR = 1


class DynamicValue(proto.Message):
    msgpack = proto.Field(proto.BYTES, number=1)
    json = proto.Field(proto.BYTES, number=2)


class Step(proto.Message):
    attribute_name = proto.Field(proto.STRING, number=1, oneof="selector")
    element_key_int = proto.Field(proto.INT64, number=3, oneof="selector")


class AttributePath(proto.Message):
    steps = proto.RepeatedField(Step, number=1)


class Diagnostic(proto.Message):
    severity = proto.Field(proto.INT32, number=1)
    summary = proto.Field(proto.STRING, number=2)
    attribute = proto.Field(AttributePath, number=4)


class Attribute(proto.Message):
    name = proto.Field(proto.STRING, number=1)
    type_ = proto.Field(proto.BYTES, number=2)
    required = proto.Field(proto.BOOL, number=4)
    optional = proto.Field(proto.BOOL, number=5)
    computed = proto.Field(proto.BOOL, number=6)


class NestedBlock(proto.Message):
    type_name = proto.Field(proto.STRING, number=1)
    block = proto.Field("Block", number=2)
    nesting = proto.Field(proto.INT32, number=3)
    min_items = proto.Field(proto.INT64, number=4)
    max_items = proto.Field(proto.INT64, number=5)


class Block(proto.Message):
    attributes = proto.RepeatedField(Attribute, number=2)
    block_types = proto.RepeatedField(NestedBlock, number=3)


class Schema(proto.Message):
    version = proto.Field(proto.INT64, number=1)
    block = proto.Field(Block, number=2)


class SchemaAnswer(proto.Message):
    provider = proto.Field(Schema, number=1)
    resource_schemas = proto.MapField(proto.STRING, proto.MESSAGE, number=2, message=Schema)
    data_source_schemas = proto.MapField(proto.STRING, proto.MESSAGE, number=3, message=Schema)


class Nothing(proto.Message):
    pass


class ProviderRequest(proto.Message):
    config = proto.Field(DynamicValue, number=1)


class PreparedAnswer(proto.Message):
    prepared_config = proto.Field(DynamicValue, number=1)


class ConfigRequest(proto.Message):
    type_name = proto.Field(proto.STRING, number=1)
    config = proto.Field(DynamicValue, number=2)


class DiagnosticsAnswer(proto.Message):
    diagnostics = proto.RepeatedField(Diagnostic, number=1)


class RawState(proto.Message):
    json = proto.Field(proto.BYTES, number=1)


class UpgradeRequest(proto.Message):
    type_name = proto.Field(proto.STRING, number=1)
    raw_state = proto.Field(RawState, number=3)


class StateRequest(proto.Message):
    type_name = proto.Field(proto.STRING, number=1)
    current_state = proto.Field(DynamicValue, number=2)


class StateAnswer(proto.Message):
    """The answer to an upgrade, a read, an apply, or the read of a data source."""

    state = proto.Field(DynamicValue, number=1)


class PlanRequest(proto.Message):
    type_name = proto.Field(proto.STRING, number=1)
    prior_state = proto.Field(DynamicValue, number=2)
    proposed_new_state = proto.Field(DynamicValue, number=3)


class PlanAnswer(proto.Message):
    planned_state = proto.Field(DynamicValue, number=1)
    legacy_type_system = proto.Field(proto.BOOL, number=5)


class ApplyRequest(proto.Message):
    type_name = proto.Field(proto.STRING, number=1)
    planned_state = proto.Field(DynamicValue, number=3)


class ApplyAnswer(proto.Message):
    new_state = proto.Field(DynamicValue, number=1)
    legacy_type_system = proto.Field(proto.BOOL, number=4)


# What each method is sent; the names are those of the protocol.
REQUESTS: Final[Mapping[str, type[proto.Message]]] = {
    "GetSchema": Nothing,
    "PrepareProviderConfig": ProviderRequest,
    "Configure": Nothing,
    "Stop": Nothing,
    "ValidateResourceTypeConfig": ConfigRequest,
    "ValidateDataSourceConfig": ConfigRequest,
    "UpgradeResourceState": UpgradeRequest,
    "ReadResource": StateRequest,
    "PlanResourceChange": PlanRequest,
    "ApplyResourceChange": ApplyRequest,
    "ReadDataSource": ConfigRequest,
}
