"""Filters: from the message to a predicate on documents.

https://cloud.google.com/firestore/docs/query-data/queries
"""

from collections.abc import Callable

from localcloud.errors import invalid_argument
from localcloud.firestore.documents import Entry
from localcloud.firestore.field_paths import NAME, parse_path
from localcloud.firestore.limits import check_value
from localcloud.firestore.messages import FilterPb, StructuredQuery, ValuePb
from localcloud.firestore.values import ARRAY_RANK, NAN, NULL, Key, kind_of, sort_key

Predicate = Callable[[Entry], bool]
KeyTest = Callable[[Key], bool]

_OPERATORS = StructuredQuery.FieldFilter.Operator
_UNARY_OPERATORS = StructuredQuery.UnaryFilter.Operator
_COMPOSITE_OPERATORS = StructuredQuery.CompositeFilter.Operator
MAX_VALUES = {"IN": 30, "ARRAY_CONTAINS_ANY": 30, "NOT_IN": 10}


def compile_filter(message: FilterPb) -> Predicate:
    """Return the predicate; raises INVALID_ARGUMENT where the filter makes no sense."""
    match message.WhichOneof("filter_type"):
        case "composite_filter":
            return _composite(message.composite_filter)
        case "field_filter":
            return _field(message.field_filter)
        case "unary_filter":
            return _unary(message.unary_filter)
        case _:
            raise invalid_argument("Unknown Filter type.")


def operator_of(message: FilterPb) -> str:
    """Return the name of the operator of a field or unary filter."""
    if message.WhichOneof("filter_type") == "unary_filter":
        return str(_UNARY_OPERATORS.Name(message.unary_filter.op))
    return str(_OPERATORS.Name(message.field_filter.op))


def is_impossible(message: FilterPb) -> bool:
    """Whether a field or unary filter compares with null or NaN in a way that nothing passes."""
    operator = operator_of(message)
    if message.WhichOneof("filter_type") == "unary_filter":
        return False
    if operator in MAX_VALUES or operator == "NOT_EQUAL":
        return operator == "NOT_EQUAL" and sort_key(message.field_filter.value) == NULL
    return not _comparable(sort_key(message.field_filter.value))


def _composite(message: FilterPb) -> Predicate:
    parts = [compile_filter(part) for part in message.filters]
    match _COMPOSITE_OPERATORS.Name(message.op):
        case "AND":
            return lambda entry: all(part(entry) for part in parts)
        case "OR":
            return lambda entry: any(part(entry) for part in parts)
        case _:
            raise invalid_argument("Unsupported CompositeFilter operator.")


def _field(message: FilterPb) -> Predicate:
    operator = _OPERATORS.Name(message.op)
    if operator == "OPERATOR_UNSPECIFIED":
        raise invalid_argument("Unknown FieldFilter operator.")
    path = parse_path(message.field.field_path)
    operands = _operands(operator, message.value)
    if path == NAME:
        _check_names(operands)
    if operator in MAX_VALUES:
        return _tested(path, _MEMBERSHIP[operator]([sort_key(value) for value in operands]))
    return _tested(path, _COMPARISONS[operator](sort_key(message.value)))


def _operands(operator: str, value: ValuePb) -> list[ValuePb]:
    """Return the values that the field is compared with, after a check of their number."""
    kind = kind_of(value)
    if kind is None:
        raise invalid_argument("Cannot convert firestore.v1.Value with type unset.")
    if operator not in MAX_VALUES:
        return [value]
    if kind != "array_value":
        raise invalid_argument(f"'{operator}' requires an ArrayValue.")
    values = list(value.array_value.values)
    if not values:
        raise invalid_argument(f"'{operator}' requires an non-empty ArrayValue.")
    if len(values) > MAX_VALUES[operator]:
        raise invalid_argument(
            f"'{operator}' supports up to {MAX_VALUES[operator]} comparison values."
        )
    return values


def _check_names(operands: list[ValuePb]) -> None:
    for value in operands:
        check_value("__key__", value)
    if any(kind_of(value) != "reference_value" for value in operands):
        raise invalid_argument("__key__ filter value must be a Key")


def _unary(message: FilterPb) -> Predicate:
    test = _UNARY_TESTS.get(_UNARY_OPERATORS.Name(message.op))
    if test is None:
        raise invalid_argument("Unknown UnaryFilter operator.")
    path = parse_path(message.field.field_path)
    if path == NAME:
        raise invalid_argument("__key__ filter value must be a Key")
    return _tested(path, test)


def _tested(path: tuple[str, ...], test: KeyTest) -> Predicate:
    def passes(entry: Entry) -> bool:
        key = entry.key(path)
        return key is not None and test(key)

    return passes


def _comparable(operand: Key) -> bool:
    """Null and NaN equal nothing and are less than nothing: unary filters look for them."""
    return operand not in (NULL, NAN)


def _equal(operand: Key) -> KeyTest:
    return lambda key: key == operand and _comparable(operand)


def _not_equal(operand: Key) -> KeyTest:
    if operand == NULL:
        return lambda _: False
    return lambda key: key != NULL and (key != operand or operand == NAN)


def _range(holds: Callable[[Key, Key], bool]) -> Callable[[Key], KeyTest]:
    """Ranges hold only among values of one kind."""

    def with_operand(operand: Key) -> KeyTest:
        if not _comparable(operand):
            return lambda _: False
        return lambda key: key[0] == operand[0] and key != NAN and holds(key, operand)

    return with_operand


def _contains(operand: Key) -> KeyTest:
    return lambda key: key[0] == ARRAY_RANK and operand in key[1] and _comparable(operand)


def _in(operands: list[Key]) -> KeyTest:
    wanted = {operand for operand in operands if _comparable(operand)}
    return lambda key: key in wanted


def _not_in(operands: list[Key]) -> KeyTest:
    if NULL in operands:
        return lambda _: False
    unwanted = set(operands) - {NAN}
    return lambda key: key != NULL and key not in unwanted


def _contains_any(operands: list[Key]) -> KeyTest:
    wanted = {operand for operand in operands if _comparable(operand)}
    return lambda key: key[0] == ARRAY_RANK and not wanted.isdisjoint(key[1])


_COMPARISONS: dict[str, Callable[[Key], KeyTest]] = {
    "EQUAL": _equal,
    "NOT_EQUAL": _not_equal,
    "LESS_THAN": _range(lambda key, operand: key < operand),
    "LESS_THAN_OR_EQUAL": _range(lambda key, operand: key <= operand),
    "GREATER_THAN": _range(lambda key, operand: key > operand),
    "GREATER_THAN_OR_EQUAL": _range(lambda key, operand: key >= operand),
    "ARRAY_CONTAINS": _contains,
}
_MEMBERSHIP: dict[str, Callable[[list[Key]], KeyTest]] = {
    "IN": _in,
    "NOT_IN": _not_in,
    "ARRAY_CONTAINS_ANY": _contains_any,
}
_UNARY_TESTS: dict[str, KeyTest] = {
    "IS_NULL": lambda key: key == NULL,
    "IS_NOT_NULL": lambda key: key != NULL,
    "IS_NAN": lambda key: key == NAN,
    "IS_NOT_NAN": lambda key: key not in (NULL, NAN),
}
