from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore import FieldFilter
from google.cloud.firestore_v1.aggregation import AggregationQuery


def aggregation(
    source: firestore.CollectionReference, **fields_by_operator: str
) -> AggregationQuery:
    """Each aggregation is called by its operator."""
    query = AggregationQuery(source._query())
    for operator, field in fields_by_operator.items():
        getattr(query, operator)(field, alias=operator)
    return query


def answers(query: AggregationQuery) -> dict[str, Any]:
    (results,) = query.get()
    return {result.alias: result.value for result in results}


@pytest.fixture
def sizes(client: firestore.Client) -> firestore.CollectionReference:
    collection = client.collection("sizes")
    for name, fields in {
        "a": {"bytes": 10, "ratio": 0.5},
        "b": {"bytes": 20, "ratio": 1},
        "c": {"bytes": "many"},
        "d": {},
    }.items():
        collection.document(name).set(fields)
    return collection


def test_count_counts_documents(sizes: firestore.CollectionReference) -> None:
    assert answers(sizes.count(alias="n")) == {"n": 4}


def test_count_respects_filter_and_limit(sizes: firestore.CollectionReference) -> None:
    filtered = sizes.where(filter=FieldFilter("bytes", ">", 5))

    assert answers(filtered.count(alias="n")) == {"n": 2}
    assert answers(sizes.limit(3).count(alias="n")) == {"n": 3}


def test_sum_and_average_take_numbers_only(sizes: firestore.CollectionReference) -> None:
    query = aggregation(sizes, sum="bytes", avg="bytes")

    assert answers(query) == {"sum": 30, "avg": 15.0}


def test_sum_with_a_double_is_a_double(sizes: firestore.CollectionReference) -> None:
    total = answers(aggregation(sizes, sum="ratio"))["sum"]

    assert (total, type(total)) == (1.5, float)


def test_aggregations_of_nothing(sizes: firestore.CollectionReference) -> None:
    query = aggregation(sizes, sum="none", avg="none")

    # What the client makes of a null.
    assert answers(query) == {"sum": 0, "avg": 0.0}


def test_together_they_see_documents_with_all_fields(
    sizes: firestore.CollectionReference,
) -> None:
    query = aggregation(sizes, sum="ratio")
    query.count(alias="n")

    assert answers(query) == {"n": 2, "sum": 1.5}


def test_sum_that_is_no_64_bit_integer_becomes_a_double(client: firestore.Client) -> None:
    client.document("c/a").set({"x": 2**63 - 1})
    client.document("c/b").set({"x": 5})

    total = answers(aggregation(client.collection("c"), sum="x"))["sum"]

    assert (total, type(total)) == (float(2**63), float)


def test_two_aggregations_of_one_alias_are_refused(sizes: firestore.CollectionReference) -> None:
    query = aggregation(sizes, sum="bytes")
    query.count(alias="sum")

    with pytest.raises(exceptions.InvalidArgument, match="duplicate alias: sum"):
        query.get()


def test_aggregation_in_a_transaction(
    client: firestore.Client, sizes: firestore.CollectionReference
) -> None:
    @firestore.transactional
    def count(transaction: firestore.Transaction) -> int:
        (results,) = sizes.count(alias="n").get(transaction=transaction)
        return int(results[0].value)

    assert count(client.transaction()) == 4


def test_aggregation_of_a_field_after_the_name_has_no_index(
    sizes: firestore.CollectionReference,
) -> None:
    query = AggregationQuery(sizes.order_by("__name__"))
    query.sum("bytes", alias="sum")

    with pytest.raises(exceptions.InvalidArgument, match=r"fields \[bytes\] after __name__"):
        query.get()
