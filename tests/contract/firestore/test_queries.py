from collections.abc import Callable
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore import And, FieldFilter, Or

DOWN = "DESCENDING"
Build = Callable[[firestore.CollectionReference], Any]


@pytest.fixture
def numbers(client: firestore.Client) -> firestore.CollectionReference:
    """Documents 00 to 11, each with what is told by its number."""
    collection = client.collection("numbers")
    batch = client.batch()
    for n in range(12):
        fields = {
            "n": n,
            "mod": n % 3,
            "map": {"even": n % 2 == 0},
            "tags": [f"t{n % 4}", "all"],
            "half": None if n % 2 else n / 2,
        }
        batch.set(collection.document(f"{n:02}"), fields | ({"rare": n} if n % 5 == 0 else {}))
    batch.commit()
    return collection


def where(field: str, operator: str, value: Any) -> FieldFilter:
    return FieldFilter(field, operator, value)


def ids(query: Any) -> list[str]:
    return [snapshot.id for snapshot in query.stream()]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (where("mod", "==", 1), "01 04 07 10"),
        (where("mod", "==", 1.0), "01 04 07 10"),
        (where("n", "<", 2), "00 01"),
        (where("n", "<=", 2), "00 01 02"),
        (where("n", ">", 9.5), "10 11"),
        (where("n", ">=", 10), "10 11"),
        (where("mod", "!=", 1), "00 03 06 09 02 05 08 11"),
        (where("n", "in", [3, 1, 1, 99]), "01 03"),
        (where("mod", "not-in", [0, 2]), "01 04 07 10"),
        (where("tags", "array_contains", "t1"), "01 05 09"),
        (where("tags", "array_contains_any", ["t1", "t2"]), "01 02 05 06 09 10"),
        (where("tags", "==", ["t3", "all"]), "03 07 11"),
        (where("map.even", "==", value=False), "01 03 05 07 09 11"),
        (where("map", "==", {"even": True}), "00 02 04 06 08 10"),
        (where("half", "==", None), "01 03 05 07 09 11"),
        (where("half", "!=", None), "00 02 04 06 08 10"),
        (where("half", "<", 2), "00 02"),
        (where("rare", "!=", 5), "00 10"),
        (where("n", "==", "1"), ""),
        (where("n", ">", "0"), ""),
        (where("missing", "==", None), ""),
    ],
)
def test_filter(
    numbers: firestore.CollectionReference, condition: FieldFilter, expected: str
) -> None:
    assert ids(numbers.where(filter=condition)) == expected.split()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (And([where("mod", "==", 0), where("n", ">", 5)]), "06 09"),
        (And([where("n", ">", 3), where("mod", ">", 1)]), "05 08 11"),
        (Or([where("n", "==", 5), where("n", "==", 1)]), "01 05"),
        (Or([where("n", ">", 9), where("mod", "<", 1)]), "00 03 06 09 10 11"),
        (
            And(
                [
                    Or([where("mod", "==", 1), where("mod", "==", 2)]),
                    where("map.even", "==", value=False),
                ]
            ),
            "01 05 07 11",
        ),
        (And([where("n", "in", [1, 2, 3]), where("mod", "in", [1, 2])]), "01 02"),
        (Or([where("tags", "array_contains", "t1"), where("n", "==", 0)]), "00 01 05 09"),
    ],
)
def test_composite_filter(
    numbers: firestore.CollectionReference, condition: Any, expected: str
) -> None:
    assert sorted(ids(numbers.where(filter=condition))) == expected.split()


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda c: c.order_by("n", direction=DOWN).limit(3), "11 10 09"),
        (lambda c: c.order_by("mod").order_by("n", direction=DOWN).limit(5), "09 06 03 00 10"),
        (lambda c: c.order_by("mod", direction=DOWN).limit(2), "11 08"),
        (lambda c: c.order_by("rare"), "00 05 10"),
        (lambda c: c.order_by("half").limit(7), "01 03 05 07 09 11 00"),
        (lambda c: c.order_by("map.even").order_by("n").limit(2), "01 03"),
        (lambda c: c.where(filter=where("n", ">", 8)).order_by("mod"), "09 10 11"),
        (lambda c: c.where(filter=where("n", "<", 3)).order_by("n", direction=DOWN), "02 01 00"),
        (lambda c: c.offset(10), "10 11"),
        (lambda c: c.offset(3).limit(2), "03 04"),
        (lambda c: c.offset(99), ""),
        (lambda c: c.limit(0), ""),
        (lambda c: c.order_by("n").start_at({"n": 10}), "10 11"),
        (lambda c: c.order_by("n").start_after({"n": 10}), "11"),
        (lambda c: c.order_by("n").end_at({"n": 1}), "00 01"),
        (lambda c: c.order_by("n").end_before({"n": 1}), "00"),
        (lambda c: c.order_by("n", direction=DOWN).start_after({"n": 2}), "01 00"),
        (lambda c: c.order_by("n").start_at({"n": 3}).end_before({"n": 5}), "03 04"),
        (
            lambda c: c.order_by("mod").order_by("n").start_after({"mod": 1, "n": 7}).limit(2),
            "10 02",
        ),
        (lambda c: c.order_by("mod").start_after({"mod": 1}).limit(2), "02 05"),
        (lambda c: c.order_by("__name__").start_after({"__name__": "09"}), "10 11"),
        (lambda c: c.where(filter=where("__name__", ">", c.document("09"))), "10 11"),
        (lambda c: c.where(filter=where("__name__", "in", [c.document("07")])), "07"),
        (
            lambda c: (
                c.where(filter=where("mod", "==", 1)).order_by("__name__", direction=DOWN).limit(2)
            ),
            "10 07",
        ),
    ],
)
def test_order_and_cursors(
    numbers: firestore.CollectionReference, build: Build, expected: str
) -> None:
    assert ids(build(numbers)) == expected.split()


def test_pages_by_snapshot_cover_everything_once(
    numbers: firestore.CollectionReference,
) -> None:
    query, seen = numbers.order_by("mod", direction=DOWN).limit(5), []
    page = list(query.stream())
    while page:
        seen += [snapshot.id for snapshot in page]
        page = list(query.start_after(page[-1]).stream())

    assert seen == ["11", "08", "05", "02", "10", "07", "04", "01", "09", "06", "03", "00"]


def test_limit_to_last_keeps_the_order(numbers: firestore.CollectionReference) -> None:
    assert [s.id for s in numbers.order_by("n").limit_to_last(2).get()] == ["10", "11"]


def test_select_returns_only_those_fields(numbers: firestore.CollectionReference) -> None:
    (snapshot,) = numbers.select(["map.even", "rare"]).limit(1).stream()

    assert snapshot.to_dict() == {"map": {"even": True}, "rare": 0}


def test_select_of_nothing_returns_names(numbers: firestore.CollectionReference) -> None:
    (snapshot,) = numbers.select([]).limit(1).stream()

    assert (snapshot.id, snapshot.to_dict()) == ("00", {})


def test_values_of_all_kinds_sort_as_documented(client: firestore.Client) -> None:
    collection, nan = client.collection("mixed"), float("nan")
    in_order = [
        None, False, True, nan, float("-inf"), -1, 0, 1, 1.5, 2**53, 2**53 + 1,
        "", "a", "é", "\uffee", "\U0001f600", b"a", collection.document("__id7__"),
        collection.document("a"), firestore.GeoPoint(1, 2), firestore.GeoPoint(1, 3),
        [], [1], [1, 2], [2], {}, {"a": 1}, {"a": 1, "b": 1}, {"a": 2}, {"b": 0},
    ]  # fmt: skip
    batch = client.batch()
    for position, value in enumerate(in_order):
        batch.set(collection.document(f"{99 - position}"), {"x": value})
    batch.set(collection.document("missing"), {"y": 1})
    batch.commit()

    expected = [f"{99 - position}" for position in range(len(in_order))]
    assert ids(collection.order_by("x")) == expected
    assert ids(collection.order_by("x", direction=DOWN)) == expected[::-1]


def test_numeric_ids_sort_before_others(client: firestore.Client) -> None:
    for name in ("b", "a", "10", "2"):
        client.collection("c").document(name).set({})

    assert ids(client.collection("c")) == ["10", "2", "a", "b"]


def test_collection_group_finds_the_collection_at_any_depth(client: firestore.Client) -> None:
    for path in ("faces/top", "images/a/faces/x", "images/b/faces/y/faces/z", "images/a/other/x"):
        client.document(path).set({"k": 1})

    group = client.collection_group("faces")

    assert [s.reference.path for s in group.stream()] == [
        "faces/top",
        "images/a/faces/x",
        "images/b/faces/y/faces/z",
    ]
    assert len(ids(group.where(filter=where("k", "==", 1)))) == 3


def test_sub_collection_is_not_part_of_the_collection(client: firestore.Client) -> None:
    client.document("images/a/images/b").set({})

    assert ids(client.collection("images")) == []


def test_not_a_number_is_found_by_its_own_filter_only(client: firestore.Client) -> None:
    nan = float("nan")
    for name, value in (("nan", nan), ("one", 1), ("null", None)):
        client.document(f"c/{name}").set({"x": value})
    collection = client.collection("c")

    assert ids(collection.where(filter=where("x", "==", nan))) == ["nan"]
    assert ids(collection.where(filter=where("x", "!=", nan))) == ["one"]
    assert ids(collection.where(filter=where("x", "<=", 1))) == ["one"]
    assert ids(collection.where(filter=where("x", "in", [None, nan, 1]))) == ["one"]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda c: c.where(filter=where("n", "in", [])), "requires an non-empty ArrayValue"),
        (lambda c: c.where(filter=where("n", "in", list(range(31)))), "'IN' supports up to 30"),
        (
            lambda c: c.where(filter=where("n", "not-in", list(range(11)))),
            "'NOT_IN' supports up to 10",
        ),
        (
            lambda c: c.where(filter=And([where("n", "!=", 1), where("mod", "not-in", [0])])),
            "Only a single 'NOT_EQUAL'",
        ),
        (
            lambda c: c.where(filter=And([where("n", "in", [1]), where("mod", "not-in", [0])])),
            "'NOT_IN' cannot be used in the same query",
        ),
        (
            lambda c: c.where(
                filter=And([where("tags", "array_contains", x) for x in ("t1", "all")])
            ),
            "A maximum of 1 'ARRAY_CONTAINS'",
        ),
        (
            lambda c: c.where(
                filter=And([where("n", "in", list(range(16))), where("mod", "in", [1, 2])])
            ),
            "Result had 32 disjunctions",
        ),
        (lambda c: c.order_by("n").order_by("n"), "duplicate fields n"),
        (lambda c: c.order_by("__name__").order_by("n"), "more fields after the key"),
        (lambda c: c.limit(-1), "limit is negative"),
        (lambda c: c.offset(-1), "offset is negative"),
    ],
)
def test_query_that_makes_no_sense_is_refused(
    numbers: firestore.CollectionReference, build: Build, message: str
) -> None:
    with pytest.raises(exceptions.InvalidArgument, match=message):
        ids(build(numbers))


def test_names_cannot_be_scanned_downwards(numbers: firestore.CollectionReference) -> None:
    with pytest.raises(exceptions.FailedPrecondition, match="descending key scans"):
        ids(numbers.order_by("__name__", direction=DOWN))
