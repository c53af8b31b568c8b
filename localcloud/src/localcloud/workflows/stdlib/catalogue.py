"""The table of the whole standard library."""

from __future__ import annotations

from collections.abc import Mapping

from localcloud.workflows.effects import Value
from localcloud.workflows.stdlib import (
    clusters,
    encodings,
    events,
    executions,
    hashes,
    helpers,
    jsons,
    lists,
    maps,
    maths,
    requests,
    retries,
    system,
    texts,
    times,
    uuids,
)
from localcloud.workflows.stdlib.function import Function

_MODULES = (
    clusters, encodings, events, executions, hashes, helpers, jsons, lists, maps, maths,
    requests, retries, system, texts, times, uuids,
)  # fmt: skip

FUNCTIONS: Mapping[str, Function] = {
    function.name: function for module in _MODULES for function in module.FUNCTIONS
}

CONSTANTS: Mapping[str, Value] = retries.CONSTANTS
"""What ``http.default_retry`` and its like stand for."""
