"""Answers Terraform as the google provider would, from its schema and without Google."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.infra.standin import protocol
from tests.infra.standin.invented import Invent, inventor
from tests.infra.standin.protocol import Nesting
from tests.infra.standin.schema import Block, Nested, ProviderSchema
from tests.infra.standin.values import UNKNOWN, decode, encode, is_unknown

Path = tuple[str | int, ...]

# Blocks that Google fills where the configuration leaves them out.
_COMPUTED_BLOCKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "google_eventarc_trigger": {"transport": [{"pubsub": [{"topic": None, "subscription": None}]}]}
}


class Provider:
    """The methods of the protocol; nothing is kept between calls."""

    def __init__(self, schema: ProviderSchema) -> None:
        self._schema = schema
        self._schema_message = schema.to_message()

    def get_schema(self, _: protocol.Nothing) -> protocol.SchemaAnswer:
        return self._schema_message

    def prepare_provider_config(self, request: protocol.ProviderRequest) -> protocol.PreparedAnswer:
        return protocol.PreparedAnswer(prepared_config=request.config)

    def configure(self, _: protocol.Nothing) -> protocol.Nothing:
        return protocol.Nothing()

    def stop(self, _: protocol.Nothing) -> protocol.Nothing:
        return protocol.Nothing()

    def validate_resource_type_config(
        self, request: protocol.ConfigRequest
    ) -> protocol.DiagnosticsAnswer:
        """Reject what Terraform cannot know from types and counts alone."""
        faults = _faults(self._schema.resources[request.type_name], decode(request.config), ())
        return protocol.DiagnosticsAnswer(diagnostics=[_diagnostic(*fault) for fault in faults])

    def validate_data_source_config(self, _: protocol.ConfigRequest) -> protocol.DiagnosticsAnswer:
        return protocol.DiagnosticsAnswer()

    def upgrade_resource_state(self, request: protocol.UpgradeRequest) -> protocol.StateAnswer:
        block = self._schema.resources[request.type_name]
        stored = json.loads(request.raw_state.json)
        state = {name: stored.get(name) for name in [*block.attributes, *block.nested]}
        return protocol.StateAnswer(state=encode(state))

    def read_resource(self, request: protocol.StateRequest) -> protocol.StateAnswer:
        return protocol.StateAnswer(state=request.current_state)

    def plan_resource_change(self, request: protocol.PlanRequest) -> protocol.PlanAnswer:
        """Leave unknown, for a new resource, whatever Google will choose."""
        planned, prior = decode(request.proposed_new_state), decode(request.prior_state)
        if planned is not None:
            blocks = _COMPUTED_BLOCKS.get(request.type_name, {})
            planned |= {name: (prior or blocks)[name] for name in blocks if not planned[name]}
        if planned is not None and prior is None:
            block = self._schema.resources[request.type_name]
            planned = _filled(block, planned, None, lambda _name, _form: UNKNOWN)
        return protocol.PlanAnswer(planned_state=encode(planned), legacy_type_system=True)

    def apply_resource_change(self, request: protocol.ApplyRequest) -> protocol.ApplyAnswer:
        """Invent what was left unknown."""
        planned = decode(request.planned_state)
        if planned is not None:
            block = self._schema.resources[request.type_name]
            invent = inventor(request.type_name, planned)
            planned = _filled(block, planned, UNKNOWN, invent)
        return protocol.ApplyAnswer(new_state=encode(planned), legacy_type_system=True)

    def read_data_source(self, request: protocol.ConfigRequest) -> protocol.StateAnswer:
        config = decode(request.config)
        block = self._schema.data_sources[request.type_name]
        state = _filled(block, config, None, inventor(request.type_name, config))
        return protocol.StateAnswer(state=encode(state))


def _filled(block: Block, value: Any, gap: Any, invent: Invent) -> Any:
    """Return the value with every computed attribute that is ``gap`` invented."""
    if value is None or is_unknown(value):
        return value
    filled = dict(value)
    for name, attribute in block.attributes.items():
        if attribute.computed and filled.get(name) == gap:
            filled[name] = invent(name, attribute.type)
    for name, nested in block.nested.items():
        filled[name] = _filled_rows(nested, filled.get(name), gap, invent)
    return filled


def _filled_rows(nested: Nested, value: Any, gap: Any, invent: Invent) -> Any:
    if value is None or (is_unknown(value) and gap is None):
        return value
    if is_unknown(value):
        return None if nested.nesting is Nesting.SINGLE else []
    if nested.nesting is Nesting.SINGLE:
        return _filled(nested.block, value, gap, invent)
    if nested.nesting is Nesting.MAP:
        return {key: _filled(nested.block, row, gap, invent) for key, row in value.items()}
    return [_filled(nested.block, row, gap, invent) for row in value]


def _faults(block: Block, value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if value is None or is_unknown(value):
        return
    for name, attribute in block.attributes.items():
        given = value.get(name)
        if attribute.is_read_only and given is not None:
            yield (*path, name), f"{name} is decided by Google and cannot be set"
        if attribute.enum and isinstance(given, str) and given not in ("", *attribute.enum):
            yield (*path, name), f"expected {name} to be one of {attribute.enum}, got {given}"
    for name, nested in block.nested.items():
        for index, row in enumerate(nested.rows(value.get(name))):
            inside = (*path, name) if nested.nesting is Nesting.SINGLE else (*path, name, index)
            yield from _faults(nested.block, row, inside)


def _diagnostic(path: Path, summary: str) -> protocol.Diagnostic:
    steps = [
        protocol.Step(element_key_int=part)
        if isinstance(part, int)
        else protocol.Step(attribute_name=part)
        for part in path
    ]
    return protocol.Diagnostic(
        severity=int(protocol.Severity.ERROR),
        summary=summary,
        attribute=protocol.AttributePath(steps=steps),
    )
