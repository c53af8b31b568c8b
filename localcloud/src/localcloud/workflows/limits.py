"""How large a workflow and its execution may grow.

The figures are those of https://cloud.google.com/workflows/quotas.
"""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused at deployment or ends an execution; see ``NO_LIMITS`` to lift it."""

    max_source_bytes: int = 128 * KIB
    max_expression_chars: int = 400
    max_assignments: int = 50
    max_conditions: int = 50
    max_params: int = 10
    max_branches: int = 10
    max_concurrent_branches: int = 20
    max_parallel_depth: int = 2
    max_call_depth: int = 20
    max_steps: int = 100_000
    max_string_bytes: int = 256 * KIB
    max_memory_bytes: int = 512 * KIB
    max_response_bytes: int = 2 * MIB
    max_argument_bytes: int = 32 * KIB
    max_http_timeout_s: float = 1800.0


DEFAULT_LIMITS = Limits()

_ENDLESS = 1 << 62

NO_LIMITS = Limits(
    max_source_bytes=_ENDLESS,
    max_expression_chars=_ENDLESS,
    max_assignments=_ENDLESS,
    max_conditions=_ENDLESS,
    max_params=_ENDLESS,
    max_branches=_ENDLESS,
    max_parallel_depth=_ENDLESS,
    max_call_depth=1000,
    max_steps=_ENDLESS,
    max_string_bytes=_ENDLESS,
    max_memory_bytes=_ENDLESS,
    max_response_bytes=_ENDLESS,
    max_argument_bytes=_ENDLESS,
)
"""Enforcement off; only what protects the process itself stays (depth of calls, concurrency)."""
