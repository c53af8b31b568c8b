from datetime import UTC, datetime

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1.vector import Vector


def test_missing_document_is_read_as_not_existing(client: firestore.Client) -> None:
    snapshot = client.document("images/none").get()

    assert not snapshot.exists


def test_every_kind_of_value_comes_back_as_it_was_written(client: firestore.Client) -> None:
    values = {
        "null": None,
        "bool": True,
        "int": 2**63 - 1,
        "double": 1.5,
        "infinite": float("-inf"),
        "time": datetime(2026, 1, 1, 12, 30, 15, 123456, tzinfo=UTC),
        "text": "ü \N{GRINNING FACE}",
        "bytes": b"\x00\xff",
        "reference": client.document("images/other"),
        "place": firestore.GeoPoint(1.5, -2.5),
        "array": [1, "two", {"three": 3}],
        "map": {"a": {"b": [None]}, "with.dot": 1},
        "empty": {"array": [], "map": {}, "text": ""},
        "vector": Vector([1.0, 2.0]),
    }

    client.document("images/a").set(values)

    assert client.document("images/a").get().to_dict() == values


def test_set_replaces_the_document(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.set({"a": 1, "b": 2})

    document.set({"c": 3})

    assert document.get().to_dict() == {"c": 3}


def test_merge_keeps_what_it_does_not_name(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.set({"map": {"a": 1, "b.c": 2}, "n": 1})

    document.set({"map": {"z": 9}, "new": True}, merge=True)

    assert document.get().to_dict() == {"map": {"a": 1, "b.c": 2, "z": 9}, "n": 1, "new": True}


def test_merge_of_a_field_replaces_that_field(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.set({"map": {"a": 1}, "n": 1})

    document.set({"map": {"only": 1}}, merge=["map"])

    assert document.get().to_dict() == {"map": {"only": 1}, "n": 1}


def test_merge_of_nothing_creates_the_document(client: firestore.Client) -> None:
    client.document("images/a").set({}, merge=True)

    assert client.document("images/a").get().exists


def test_update_sets_and_deletes_nested_fields(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.set({"map": {"a": 1, "b": 2}, "gone": 1})

    document.update({"map.a": firestore.DELETE_FIELD, "map.c.d": 3, "gone": firestore.DELETE_FIELD})

    assert document.get().to_dict() == {"map": {"b": 2, "c": {"d": 3}}}


def test_update_through_a_value_that_is_no_map_replaces_it(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.set({"a": 1})

    document.update({"a.b": 2})

    assert document.get().to_dict() == {"a": {"b": 2}}


def test_update_of_a_missing_document_is_not_found(client: firestore.Client) -> None:
    with pytest.raises(exceptions.NotFound):
        client.document("images/none").update({"a": 1})


def test_create_of_an_existing_document_already_exists(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.create({"a": 1})

    with pytest.raises(exceptions.AlreadyExists):
        document.create({"a": 2})

    assert document.get().to_dict() == {"a": 1}


def test_write_on_the_version_that_was_read_succeeds_once(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.set({"a": 1})
    option = client.write_option(last_update_time=document.get().update_time)
    document.update({"a": 2}, option=option)

    with pytest.raises(exceptions.FailedPrecondition, match="does not match the required base"):
        document.update({"a": 3}, option=option)

    assert document.get().to_dict() == {"a": 2}


def test_version_of_a_missing_document_is_a_failed_precondition(client: firestore.Client) -> None:
    option = client.write_option(last_update_time=datetime(2020, 1, 1, tzinfo=UTC))

    with pytest.raises(exceptions.FailedPrecondition, match=r"stored version \(0\)"):
        client.document("images/none").update({"a": 3}, option=option)


def test_delete_of_a_missing_document_succeeds(client: firestore.Client) -> None:
    client.document("images/none").delete()

    assert not client.document("images/none").get().exists


def test_delete_that_needs_the_document_is_not_found(client: firestore.Client) -> None:
    with pytest.raises(exceptions.NotFound):
        client.document("images/none").delete(option=client.write_option(exists=True))


def test_write_without_a_change_keeps_the_update_time(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.set({"a": 1, "nan": float("nan")})
    before = document.get()

    document.set({"a": 1, "nan": float("nan")})

    assert document.get().update_time == before.update_time


def test_integer_and_equal_double_are_different_values(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.set({"a": 1})
    before = document.get()

    document.set({"a": 1.0})

    assert document.get().update_time > before.update_time


def test_update_times_rise_and_the_create_time_stays(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.set({"n": 0})
    created = document.get().create_time
    times = [document.set({"n": n}).update_time for n in range(1, 20)]

    snapshot = document.get()

    assert times == sorted(set(times))
    assert snapshot.update_time == times[-1]
    assert snapshot.create_time == created


def test_document_that_was_deleted_is_created_anew(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.set({"n": 1})
    first = document.get().create_time
    document.delete()

    document.set({"n": 1})

    assert document.get().create_time > first


def test_batch_is_applied_whole_or_not_at_all(client: firestore.Client) -> None:
    client.document("images/taken").set({})
    batch = client.batch()
    batch.set(client.document("images/a"), {"n": 1})
    batch.create(client.document("images/taken"), {})

    with pytest.raises(exceptions.AlreadyExists):
        batch.commit()

    assert not client.document("images/a").get().exists


def test_later_write_of_a_batch_sees_the_earlier(client: firestore.Client) -> None:
    document = client.document("images/a")
    batch = client.batch()
    batch.create(document, {"n": 1})
    batch.update(document, {"m": 2})
    batch.commit()

    assert document.get().to_dict() == {"n": 1, "m": 2}


def test_result_of_a_write_tells_when_the_document_was_last_updated(
    client: firestore.Client,
) -> None:
    kept, gone = client.document("images/kept"), client.document("images/gone")
    batch = client.batch()
    batch.set(kept, {"n": 1})
    batch.set(gone, {"n": 1})
    batch.delete(gone)

    results = batch.commit()

    assert [result.update_time for result in results] == [kept.get().update_time, None, None]


def test_batch_stamps_all_documents_alike(client: firestore.Client) -> None:
    batch = client.batch()
    for name in "abc":
        batch.set(client.document(f"images/{name}"), {"at": firestore.SERVER_TIMESTAMP})
    batch.commit()

    snapshots = list(client.collection("images").stream())

    assert len(snapshots) == 3
    assert len({snapshot.update_time for snapshot in snapshots}) == 1
    assert len({snapshot.get("at") for snapshot in snapshots}) == 1


def test_more_than_500_writes_fit_a_batch(client: firestore.Client) -> None:
    batch = client.batch()
    for number in range(501):
        batch.set(client.document(f"images/{number}"), {})
    batch.commit()

    assert client.collection("images").count().get()[0][0].value == 501


def test_bulk_writer_reports_each_write_by_itself(client: firestore.Client) -> None:
    client.document("images/7").set({"taken": True})
    failed = []
    writer = client.bulk_writer()
    writer.on_write_error(lambda failure, _: failed.append(failure.operation.reference.id))
    for number in range(30):
        writer.create(client.document(f"images/{number}"), {"n": number})
    writer.close()

    assert client.document("images/7").get().to_dict() == {"taken": True}
    assert client.collection("images").count().get()[0][0].value == 30
    assert failed == ["7"]


def test_get_all_tells_missing_from_found(client: firestore.Client) -> None:
    client.document("images/a").set({"n": 1})
    wanted = [client.document(f"images/{name}") for name in ("a", "none", "a")]

    snapshots = list(client.get_all(wanted))

    assert sorted((snapshot.id, snapshot.exists) for snapshot in snapshots) == [
        ("a", True),
        ("none", False),
    ]


def test_field_mask_leaves_other_fields_out(client: firestore.Client) -> None:
    client.document("images/a").set({"a": {"b": 1, "c": 2}, "d": 3})

    snapshot = client.document("images/a").get(field_paths=["a.b", "missing"])

    assert snapshot.to_dict() == {"a": {"b": 1}}


def test_past_that_is_not_kept_is_told_so(client: firestore.Client) -> None:
    client.document("images/a").set({})

    with pytest.raises(exceptions.FailedPrecondition, match="too old"):
        client.document("images/a").get(read_time=datetime(2020, 1, 1, tzinfo=UTC))


def test_read_at_the_time_of_the_last_write_sees_it(client: firestore.Client) -> None:
    written = client.document("images/a").set({"n": 1})

    snapshot = client.document("images/a").get(read_time=written.update_time)

    assert snapshot.to_dict() == {"n": 1}


def test_names_may_have_any_other_letter(client: firestore.Client) -> None:
    name = "a ü+1 %#?:@\N{GRINNING FACE}"
    client.collection(name).document(name).set({name: 1})

    assert client.collection(name).document(name).get().to_dict() == {name: 1}
    assert [found.id for found in client.collection(name).stream()] == [name]


def test_databases_of_a_project_are_apart(client: firestore.Client, project: str) -> None:
    client.document("images/a").set({"n": 1})
    other = firestore.Client(project=project, database="other")

    assert not other.document("images/a").get().exists
    other.close()


def test_list_documents_shows_those_that_only_have_children(client: firestore.Client) -> None:
    client.document("images/b").set({})
    client.document("images/a/timeline/1").set({})

    listed = [document.id for document in client.collection("images").list_documents()]

    assert listed == ["a", "b"]
    assert [found.id for found in client.collection("images").stream()] == ["b"]


def test_list_documents_goes_on_over_pages(client: firestore.Client) -> None:
    batch = client.batch()
    for number in range(45):
        batch.set(client.document(f"images/{number:03}"), {})
    batch.commit()

    listed = list(client.collection("images").list_documents(page_size=20))

    assert [document.id for document in listed] == [f"{number:03}" for number in range(45)]


def test_collections_below_a_document_and_at_the_root(client: firestore.Client) -> None:
    client.document("images/a/timeline/1").set({})
    client.document("images/a/faces/1/eyes/1").set({})
    client.document("users/u").set({})

    assert [c.id for c in client.document("images/a").collections()] == ["faces", "timeline"]
    assert [c.id for c in client.collections()] == ["images", "users"]


def test_recursive_delete_takes_everything_below(client: firestore.Client) -> None:
    client.document("images/a").set({})
    client.document("images/a/timeline/1").set({})
    client.document("images/a/timeline/1/deep/2").set({})
    client.document("images/ab").set({})

    client.recursive_delete(client.document("images/a"))

    assert [found.id for found in client.collection_group("timeline").stream()] == []
    assert [found.id for found in client.collection_group("deep").stream()] == []
    assert [found.id for found in client.collection("images").stream()] == ["ab"]
