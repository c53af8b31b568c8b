"""What may not be stored, with Google's wording."""

from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1.types import document, write

Value = document.Value
Transform = write.DocumentTransform.FieldTransform


def commit(client: firestore.Client, **change: Any) -> None:
    """Commit one write as it is, past the client's own checks."""
    request = {"database": client._database_string, "writes": [change]}
    client._firestore_api.commit(request=request)


def update(client: firestore.Client, path: str = "c/a", **fields: Value) -> dict[str, Any]:
    return {"name": f"{client._database_string}/documents/{path}", "fields": fields}


def nested(depth: int) -> Value:
    value = Value(integer_value=1)
    for _ in range(depth):
        value = Value(map_value={"fields": {"a": value}})
    return value


def text(length: int) -> Value:
    return Value(string_value="a" * length)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("c", 'lacks "/" at index'),
        ("c/", 'has invalid trailing "/"'),
        ("c/.", r'contains a resource id "\."'),
        ("c/..", r'contains a resource id "\.\."'),
        ("c/__a__", 'Resource id "__a__" is invalid because it is reserved'),
        ("__c__/a", 'Collection id "__c__" is invalid because it is reserved'),
        ("c/" + "a" * 1501, "key path element name is longer than 1500 bytes"),
        ("c/" + "ü" * 751, "key path element name is longer than 1500 bytes"),
        ("c" * 1501 + "/a", "key path element kind is longer than 1500 bytes"),
        ("/".join("ab" * 101), "Key path is too long. Cannot exceed 100 elements"),
    ],
)
def test_name_that_no_document_may_have(client: firestore.Client, path: str, message: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match=message):
        commit(client, update=update(client, path))


@pytest.mark.parametrize(
    "path", ["c/" + "a" * 1500, "c/__id7__", "/".join("ab" * 100), "c/...", "c/a.b"]
)
def test_name_at_the_limit(client: firestore.Client, path: str) -> None:
    commit(client, update=update(client, path))

    assert client.document(path).get().exists


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"": Value(integer_value=1)}, "property.name is the empty string"),
        ({"__a__": Value(integer_value=1)}, "field name __a__ is reserved"),
        ({"a" * 1501: Value(integer_value=1)}, "property.name is longer than 1500 bytes"),
        ({"a": Value()}, "Cannot convert firestore.v1.Value with type unset"),
        ({"a": nested(21)}, "Property a contains an invalid nested entity"),
        (
            {"a": Value(array_value={"values": [Value(array_value={})]})},
            "Cannot convert an array value in an array value",
        ),
        (
            {"a": Value(geo_point_value={"latitude": 91, "longitude": 0})},
            "Geo point latitude '91.0' outside permitted range -90.0 to 90.0",
        ),
        (
            {"a": Value(geo_point_value={"latitude": 0, "longitude": -181})},
            "Geo point longitude '-181.0' outside permitted range -180.0 to 180.0",
        ),
        ({"a": Value(reference_value="no name")}, 'Resource name "no name" lacks "projects"'),
        ({"a": text(1_048_488)}, 'The value of property "a" is longer than 1048487 bytes'),
    ],
)
def test_field_that_cannot_be_stored(
    client: firestore.Client, fields: dict[str, Value], message: str
) -> None:
    with pytest.raises(exceptions.InvalidArgument, match=message):
        commit(client, update=update(client, **fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"a": nested(20)},
        {"a" * 1500: Value(integer_value=1)},
        {"a": text(1_048_400)},
        {"a.b`c\\d": Value(integer_value=1)},
        {"a": Value(array_value={"values": [nested(1)]})},
    ],
)
def test_field_at_the_limit(client: firestore.Client, fields: dict[str, Value]) -> None:
    commit(client, update=update(client, **fields))

    assert list(client.document("c/a").get().to_dict()) == list(fields)


def test_document_over_a_mebibyte_is_refused(client: firestore.Client) -> None:
    fields = {f"f{number}": text(100_000) for number in range(11)}

    with pytest.raises(exceptions.InvalidArgument, match="maximum"):
        commit(client, update=update(client, **fields))

    assert not client.document("c/a").get().exists


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "Invalid empty property path string"),
        ("a..b", 'Invalid property path "a..b"'),
        ("a.", 'Invalid property path "a."'),
        ("1a", 'Invalid property path "1a"'),
        ("a-b", 'Invalid property path "a-b"'),
        ("`a", 'Invalid property path "`a"'),
        ("é", 'Invalid property path "é"'),
        ("a.__b__", "Invalid reserved name in field path __b__"),
    ],
)
def test_field_path_that_is_none(client: firestore.Client, path: str, message: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match=message):
        commit(client, update=update(client), update_mask={"field_paths": [path]})


@pytest.mark.parametrize(
    ("transform", "message"),
    [
        (Transform(field_path="a"), "Operation type must be specified"),
        (Transform(field_path="a", increment=Value(string_value="x")), "must be int64 or double"),
        (Transform(field_path="a", set_to_server_value=0), "ServerValue type must be specified"),
    ],
)
def test_transform_that_makes_no_sense(
    client: firestore.Client, transform: Transform, message: str
) -> None:
    with pytest.raises(exceptions.InvalidArgument, match=message):
        commit(client, update=update(client), update_transforms=[transform])


def test_write_of_nothing_is_refused(client: firestore.Client) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="empty write operation"):
        commit(client)


def test_one_wrong_write_refuses_the_whole_batch_write(client: firestore.Client) -> None:
    writes = [{"update": update(client)}, {"update": update(client, "c")}]

    with pytest.raises(exceptions.InvalidArgument):
        client._firestore_api.batch_write(
            request={"database": client._database_string, "writes": writes}
        )

    assert not client.document("c/a").get().exists


def test_batch_write_takes_a_document_once(client: firestore.Client) -> None:
    writes = [{"update": update(client)}, {"update": update(client)}]

    with pytest.raises(exceptions.InvalidArgument, match="more than once in a single request"):
        client._firestore_api.batch_write(
            request={"database": client._database_string, "writes": writes}
        )


# Documented, but not enforced by Google's emulator.
# https://cloud.google.com/firestore/quotas#limits


def test_name_over_6_kib_is_refused(own_client: firestore.Client) -> None:
    path = "/".join(["a" * 1400, "b" * 1400] * 3)

    with pytest.raises(exceptions.InvalidArgument, match="longer than 6144 bytes"):
        commit(own_client, update=update(own_client, path))


def test_more_than_500_transforms_are_refused(own_client: firestore.Client) -> None:
    one = Value(integer_value=1)
    transforms = [Transform(field_path=f"f{n}", increment=one) for n in range(501)]

    with pytest.raises(exceptions.InvalidArgument, match="at most 500"):
        commit(own_client, update=update(own_client), update_transforms=transforms)


def test_request_over_11_mib_is_refused(own_client: firestore.Client) -> None:
    batch = own_client.batch()
    for number in range(12):
        batch.set(own_client.document(f"c/{number}"), {"a": "a" * 1_000_000})

    with pytest.raises(exceptions.InvalidArgument, match="exceeds the limit: 11534336 bytes"):
        batch.commit()


def test_document_of_another_database_is_refused(own_client: firestore.Client) -> None:
    name = "projects/other/databases/(default)/documents/c/a"

    with pytest.raises(exceptions.InvalidArgument, match="is not in the database"):
        commit(own_client, update={"name": name})


def test_more_than_five_aggregations_are_refused(own_client: firestore.Client) -> None:
    query = own_client.collection("c").count(alias="a0")
    for number in range(1, 6):
        query.count(alias=f"a{number}")

    with pytest.raises(exceptions.InvalidArgument, match="Received: 6"):
        query.get()
