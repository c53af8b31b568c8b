"""What filters may be combined in one query.

https://cloud.google.com/firestore/docs/query-data/queries#query_limitations
"""

import math
from collections.abc import Iterator

from localcloud.errors import invalid_argument
from localcloud.firestore.field_paths import NAME, FieldPath, parse_path
from localcloud.firestore.filters import is_impossible, operator_of
from localcloud.firestore.messages import FilterPb, StructuredQuery

MAX_DISJUNCTIONS = 30

_OR = StructuredQuery.CompositeFilter.Operator.Value("OR")
_NEGATIONS = {"NOT_EQUAL", "NOT_IN", "IS_NOT_NAN", "IS_NOT_NULL"}
_INEQUALITIES = _NEGATIONS | {
    "LESS_THAN",
    "LESS_THAN_OR_EQUAL",
    "GREATER_THAN",
    "GREATER_THAN_OR_EQUAL",
}
_ARRAY_OPERATORS = {"ARRAY_CONTAINS", "ARRAY_CONTAINS_ANY"}


def check_combination(message: FilterPb) -> None:
    """Raise INVALID_ARGUMENT where Firestore would not run the filters together."""
    operators = [operator_of(leaf) for leaf in leaves(message)]
    if sum(operator in _NEGATIONS for operator in operators) > 1:
        raise invalid_argument(
            "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' "
            "filter allowed per query."
        )
    alternatives = {"IN", "ARRAY_CONTAINS_ANY"} & {*operators} or _has_or(message)
    if "NOT_IN" in operators and alternatives:
        raise invalid_argument(
            "'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'."
        )
    if _array_filters(message) > 1:
        raise invalid_argument("A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.")
    _check_disjunctions(message)
    _check_name_filters(message)


def inequality_paths(message: FilterPb) -> list[FieldPath]:
    """Return the fields that are compared otherwise than for equality.

    ``a < null`` does not count, for nothing passes it.
    """
    found = (leaf for leaf in leaves(message) if operator_of(leaf) in _INEQUALITIES)
    return [path_of(leaf) for leaf in found if not is_impossible(leaf)]


def path_of(leaf: FilterPb) -> FieldPath:
    return parse_path(getattr(leaf, leaf.WhichOneof("filter_type")).field.field_path)


def leaves(message: FilterPb) -> Iterator[FilterPb]:
    """Yield the field and unary filters."""
    if message.WhichOneof("filter_type") == "composite_filter":
        for part in message.composite_filter.filters:
            yield from leaves(part)
    else:
        yield message


def _has_or(message: FilterPb) -> bool:
    composite = message.composite_filter
    return composite.op == _OR or any(_has_or(part) for part in composite.filters)


def _array_filters(message: FilterPb) -> int:
    """Return how many array filters one disjunction has at most."""
    if message.WhichOneof("filter_type") != "composite_filter":
        return int(operator_of(message) in _ARRAY_OPERATORS)
    counts = [_array_filters(part) for part in message.composite_filter.filters]
    return max(counts, default=0) if message.composite_filter.op == _OR else sum(counts)


def _check_name_filters(message: FilterPb) -> None:
    operators = {operator_of(leaf) for leaf in leaves(message) if path_of(leaf) == NAME}
    if operators & _ARRAY_OPERATORS:
        raise invalid_argument("the name __key__ is reserved")
    inequalities = inequality_paths(message)
    if operators & {"EQUAL", "IN"} and inequalities and NAME not in inequalities:
        raise invalid_argument(
            "Equality on key is not allowed if there are other inequality fields "
            "and key does not appear in inequalities."
        )


def _check_disjunctions(message: FilterPb) -> None:
    count = _disjunctions(message)
    if count > MAX_DISJUNCTIONS:
        raise invalid_argument(
            f"Too many disjunctions after normalization. Result had {count} disjunctions "
            f"which is more than the maximum of {MAX_DISJUNCTIONS}"
        )


def _disjunctions(message: FilterPb) -> int:
    """Return the number of alternatives in disjunctive normal form."""
    if message.WhichOneof("filter_type") != "composite_filter":
        splits = operator_of(message) in ("IN", "ARRAY_CONTAINS_ANY")
        return len(message.field_filter.value.array_value.values) if splits else 1
    counts = [_disjunctions(part) for part in message.composite_filter.filters]
    return sum(counts) if message.composite_filter.op == _OR else math.prod(counts)
