"""Numbers, the namespace ``math``.

https://cloud.google.com/workflows/docs/reference/stdlib/math
"""

from __future__ import annotations

import math

from localcloud.workflows.effects import Value
from localcloud.workflows.expressions.operators import within_64_bits
from localcloud.workflows.failures import value_error
from localcloud.workflows.stdlib.function import NUMBER, Function, Param


def absolute(value: float) -> Value:
    """Return the number without its sign."""
    return within_64_bits(abs(value))


def floor(value: float) -> Value:
    """Return the largest integer that is not greater."""
    if not math.isfinite(value):
        raise value_error("math.floor: the value is not finite")
    return within_64_bits(math.floor(value))


def larger(first: float, second: float) -> Value:
    """Return the larger of two numbers."""
    return max(first, second)


def smaller(first: float, second: float) -> Value:
    """Return the smaller of two numbers."""
    return min(first, second)


_ONE = (Param("x", NUMBER),)
_TWO = (Param("x", NUMBER), Param("y", NUMBER))

FUNCTIONS = (
    Function("math.abs", _ONE, absolute),
    Function("math.floor", _ONE, floor),
    Function("math.max", _TWO, larger),
    Function("math.min", _TWO, smaller),
)
