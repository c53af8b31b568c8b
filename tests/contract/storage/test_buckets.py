import pytest
from google.api_core.exceptions import (
    BadRequest,
    Conflict,
    NotFound,
    NotModified,
    PreconditionFailed,
)
from google.cloud import storage


def test_a_new_bucket_has_googles_defaults(client: storage.Client) -> None:
    created = client.create_bucket("pictures")

    assert created.location == "US"
    assert created.storage_class == "STANDARD"
    assert created.versioning_enabled is False
    assert created.metageneration == 1
    assert client.get_bucket("pictures").time_created is not None


def test_what_is_set_is_returned(client: storage.Client) -> None:
    bucket = client.bucket("pictures")
    bucket.labels = {"stage": "uploads"}
    bucket.cors = [{"origin": ["*"], "method": ["PUT"]}]
    bucket.storage_class = "NEARLINE"
    bucket.iam_configuration.uniform_bucket_level_access_enabled = True
    client.create_bucket(bucket, location="europe-west3")

    stored = client.get_bucket("pictures")

    assert stored.labels == {"stage": "uploads"}
    assert stored.cors == [{"origin": ["*"], "method": ["PUT"]}]
    assert stored.location == "EUROPE-WEST3"
    assert stored.iam_configuration.uniform_bucket_level_access_enabled
    blob = stored.blob("x")
    blob.upload_from_string(b"x")
    assert blob.storage_class == "NEARLINE"


def test_a_patch_merges_labels_and_removes_with_null(bucket: storage.Bucket) -> None:
    bucket.labels = {"a": "1", "b": "2"}
    bucket.patch()
    bucket.labels = {"b": "3"}
    bucket.patch()

    bucket.reload()
    assert bucket.labels == {"b": "3"}
    assert bucket.metageneration == 3


def test_an_update_of_a_bucket_replaces_what_can_be_set(bucket: storage.Bucket) -> None:
    bucket.labels = {"a": "1"}
    bucket.update()

    bucket.reload()
    assert bucket.labels == {"a": "1"}


def test_a_change_may_depend_on_the_metageneration(bucket: storage.Bucket) -> None:
    bucket.labels = {"a": "1"}

    with pytest.raises(PreconditionFailed):
        bucket.patch(if_metageneration_match=7)
    with pytest.raises(PreconditionFailed):
        bucket.patch(if_metageneration_not_match=1)
    with pytest.raises(NotModified):
        bucket.reload(if_metageneration_not_match=1)


def test_a_name_is_given_once(client: storage.Client, bucket: storage.Bucket) -> None:
    with pytest.raises(Conflict, match="you already own it"):
        client.create_bucket(bucket.name)


def test_an_illegal_name_is_refused(client: storage.Client) -> None:
    with pytest.raises(BadRequest, match="Invalid bucket name: 'goog-x'"):
        client.create_bucket("goog-x")


def test_buckets_are_listed_by_name(client: storage.Client) -> None:
    for name in ("b-2", "a-1", "b-1"):
        client.create_bucket(name)

    assert [b.name for b in client.list_buckets()] == ["a-1", "b-1", "b-2"]
    assert [b.name for b in client.list_buckets(prefix="b-", page_size=1)] == ["b-1", "b-2"]


def test_only_an_empty_bucket_can_be_deleted(
    client: storage.Client, bucket: storage.Bucket
) -> None:
    bucket.blob("x").upload_from_string(b"x")

    with pytest.raises(Conflict, match="not empty"):
        bucket.delete()
    bucket.blob("x").delete()
    bucket.delete()

    assert client.lookup_bucket(bucket.name) is None
    with pytest.raises(NotFound, match="The specified bucket does not exist"):
        bucket.delete()


def test_a_policy_is_kept(bucket: storage.Bucket) -> None:
    policy = bucket.get_iam_policy()
    policy.bindings.append({"role": "roles/storage.objectViewer", "members": {"allUsers"}})
    bucket.set_iam_policy(policy)

    assert bucket.get_iam_policy()["roles/storage.objectViewer"] == {"allUsers"}


def test_notification_configurations_are_kept(bucket: storage.Bucket) -> None:
    created = bucket.notification(
        topic_name="images", topic_project="local-dev", event_types=["OBJECT_FINALIZE"]
    )
    created.create()

    (found,) = bucket.list_notifications()
    assert (found.topic_name, found.event_types) == ("images", ["OBJECT_FINALIZE"])
    found.delete()
    assert list(bucket.list_notifications()) == []
