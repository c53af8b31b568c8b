from typing import Any

import httpx
import pytest
from google.cloud import firestore

from tests.contract.firestore.backends import Backend


def create(rest: httpx.Client, path: str, document_id: str, **fields: Any) -> httpx.Response:
    return rest.post(
        f"/documents/{path}", params={"documentId": document_id}, json={"fields": fields}
    )


def test_document_that_was_created_is_read(rest: httpx.Client, project: str) -> None:
    created = create(rest, "images", "a", n={"integerValue": "1"}, s={"stringValue": "x"})

    assert created.status_code == 200
    assert rest.get("/documents/images/a").json() == created.json()
    assert created.json() == {
        "name": f"projects/{project}/databases/(default)/documents/images/a",
        "fields": {"n": {"integerValue": "1"}, "s": {"stringValue": "x"}},
        "createTime": created.json()["updateTime"],
        "updateTime": created.json()["updateTime"],
    }


def test_document_without_an_id_gets_one(rest: httpx.Client) -> None:
    created = rest.post("/documents/images", json={"fields": {}})

    name = created.json()["name"].rpartition("/")[2]
    assert len(name) == 20
    assert rest.get(f"/documents/images/{name}").status_code == 200


def test_missing_document_is_404(rest: httpx.Client) -> None:
    answer = rest.get("/documents/images/none")

    assert (answer.status_code, answer.json()["error"]["status"]) == (404, "NOT_FOUND")


def test_second_creation_is_409(rest: httpx.Client) -> None:
    create(rest, "images", "a")

    answer = create(rest, "images", "a")

    assert (answer.status_code, answer.json()["error"]["status"]) == (409, "ALREADY_EXISTS")


def test_mask_of_a_read_names_fields(rest: httpx.Client) -> None:
    create(rest, "images", "a", n={"integerValue": "1"}, s={"stringValue": "x"})

    read = rest.get("/documents/images/a", params={"mask.fieldPaths": ["n", "none"]})

    assert read.json()["fields"] == {"n": {"integerValue": "1"}}


def test_patch_with_a_mask_keeps_other_fields(rest: httpx.Client) -> None:
    create(rest, "images", "a", n={"integerValue": "1"}, s={"stringValue": "x"})

    patched = rest.patch(
        "/documents/images/a",
        params={"updateMask.fieldPaths": "n", "currentDocument.exists": "true"},
        json={"fields": {"n": {"integerValue": 2}}},
    )

    assert patched.json()["fields"] == {"n": {"integerValue": "2"}, "s": {"stringValue": "x"}}


def test_patch_without_a_mask_replaces_or_creates(rest: httpx.Client) -> None:
    patched = rest.patch("/documents/images/a", json={"fields": {"n": {"nullValue": None}}})

    assert patched.json()["fields"] == {"n": {"nullValue": None}}


def test_patch_that_needs_the_document_is_404(rest: httpx.Client) -> None:
    answer = rest.patch(
        "/documents/images/none", params={"currentDocument.exists": "true"}, json={}
    )

    assert (answer.status_code, answer.json()["error"]["status"]) == (404, "NOT_FOUND")


def test_delete_answers_an_empty_object(rest: httpx.Client) -> None:
    create(rest, "images", "a")

    deleted = rest.delete("/documents/images/a")

    assert (deleted.status_code, deleted.json()) == (200, {})
    assert rest.get("/documents/images/a").status_code == 404
    again = rest.delete("/documents/images/a", params={"currentDocument.exists": "true"})
    assert again.status_code == 404


def test_commit_transforms_and_tells_results(rest: httpx.Client, project: str) -> None:
    name = f"projects/{project}/databases/(default)/documents/images/a"
    write = {
        "update": {"name": name, "fields": {"t": {"booleanValue": True}}},
        "updateMask": {"fieldPaths": ["t"]},
        "updateTransforms": [{"fieldPath": "at", "setToServerValue": "REQUEST_TIME"}],
        "currentDocument": {"exists": False},
    }

    committed = rest.post("/documents:commit", json={"writes": [write]}).json()
    again = rest.post("/documents:commit", json={"writes": [write]})

    (result,) = committed["writeResults"]
    fields = rest.get("/documents/images/a").json()["fields"]
    assert fields == {"t": {"booleanValue": True}, "at": result["transformResults"][0]}
    assert result["updateTime"] == committed["commitTime"]
    assert again.status_code == 409


def test_stale_version_is_400(rest: httpx.Client, project: str) -> None:
    create(rest, "images", "a")
    name = f"projects/{project}/databases/(default)/documents/images/a"
    write = {"delete": name, "currentDocument": {"updateTime": "2020-01-01T00:00:00Z"}}

    answer = rest.post("/documents:commit", json={"writes": [write]})

    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "FAILED_PRECONDITION")


def test_batch_get_tells_found_and_missing(rest: httpx.Client, project: str) -> None:
    create(rest, "images", "a")
    root = f"projects/{project}/databases/(default)/documents"
    names = [f"{root}/images/a", f"{root}/images/none"]

    answers = rest.post("/documents:batchGet", json={"documents": names}).json()

    assert [answer.get("found", {}).get("name") for answer in answers] == [names[0], None]
    assert answers[1]["missing"] == names[1]


def test_query_answers_a_list(rest: httpx.Client) -> None:
    create(rest, "images", "a", on={"booleanValue": True}, n={"integerValue": "1"})
    create(rest, "images", "b", on={"booleanValue": False})
    query = {
        "from": [{"collectionId": "images"}],
        "where": {
            "fieldFilter": {
                "field": {"fieldPath": "on"},
                "op": "EQUAL",
                "value": {"booleanValue": True},
            }
        },
        "select": {"fields": [{"fieldPath": "n"}]},
    }

    (answer,) = rest.post("/documents:runQuery", json={"structuredQuery": query}).json()

    assert answer["document"]["fields"] == {"n": {"integerValue": "1"}}
    assert answer["readTime"]


def test_query_without_results_answers_the_time_alone(rest: httpx.Client) -> None:
    query = {"from": [{"collectionId": "none"}]}

    (answer,) = rest.post("/documents:runQuery", json={"structuredQuery": query}).json()

    assert "document" not in answer
    assert answer["readTime"]


def test_aggregation_query_counts(rest: httpx.Client) -> None:
    create(rest, "images", "a")
    query = {
        "structuredQuery": {"from": [{"collectionId": "images"}]},
        "aggregations": [{"alias": "n", "count": {}}],
    }

    (answer,) = rest.post(
        "/documents:runAggregationQuery", json={"structuredAggregationQuery": query}
    ).json()

    assert answer["result"] == {"aggregateFields": {"n": {"integerValue": "1"}}}


def test_sub_collections_have_paths_of_their_own(rest: httpx.Client) -> None:
    create(rest, "images", "a")
    create(rest, "images/a/timeline", "1", n={"integerValue": "1"})
    query = {"from": [{"collectionId": "timeline"}]}

    listed = rest.get("/documents/images/a/timeline").json()["documents"]
    (found,) = rest.post("/documents/images/a:runQuery", json={"structuredQuery": query}).json()
    collections = rest.post("/documents/images/a:listCollectionIds", json={}).json()

    assert [document["name"].rpartition("/")[2] for document in listed] == ["1"]
    assert found["document"] == listed[0] == rest.get("/documents/images/a/timeline/1").json()
    assert collections == {"collectionIds": ["timeline"]}


def test_list_goes_on_with_the_page_token(rest: httpx.Client) -> None:
    for name in "abc":
        create(rest, "images", name)

    first = rest.get("/documents/images", params={"pageSize": 2}).json()
    token = first["nextPageToken"]
    second = rest.get("/documents/images", params={"pageSize": 2, "pageToken": token}).json()

    names = [d["name"].rpartition("/")[2] for d in first["documents"] + second["documents"]]
    assert names == ["a", "b", "c"]
    assert "nextPageToken" not in second


def test_list_goes_on_after_a_document_that_has_gone(rest: httpx.Client) -> None:
    for name in "abc":
        create(rest, "images", name)
    token = rest.get("/documents/images", params={"pageSize": 1}).json()["nextPageToken"]
    rest.delete("/documents/images/a")

    second = rest.get("/documents/images", params={"pageSize": 1, "pageToken": token}).json()

    assert second["documents"][0]["name"].rpartition("/")[2] == "b"


def test_page_token_that_is_none_is_400(rest: httpx.Client) -> None:
    answer = rest.get("/documents/images", params={"pageToken": "zz"})

    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_list_in_an_order(rest: httpx.Client) -> None:
    for name, n in (("a", "1"), ("b", "3"), ("c", "2")):
        create(rest, "images", name, n={"integerValue": n})

    listed = rest.get("/documents/images?orderBy=n%20desc&pageSize=9").json()

    assert [d["name"].rpartition("/")[2] for d in listed["documents"]] == ["b", "c", "a"]


def test_transaction_over_rest(rest: httpx.Client, project: str) -> None:
    name = f"projects/{project}/databases/(default)/documents/images/a"
    begun = rest.post("/documents:beginTransaction", json={}).json()["transaction"]
    rest.post("/documents:batchGet", json={"documents": [name], "transaction": begun})
    write = {"update": {"name": name}}

    committed = rest.post("/documents:commit", json={"writes": [write], "transaction": begun})
    closed = rest.post("/documents:commit", json={"writes": [write], "transaction": begun})

    assert committed.status_code == 200
    assert (closed.status_code, closed.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_batch_write_over_rest_reports_each(rest: httpx.Client, project: str) -> None:
    create(rest, "images", "a")
    root = f"projects/{project}/databases/(default)/documents"
    writes = [
        {"update": {"name": f"{root}/images/a"}, "currentDocument": {"exists": False}},
        {"update": {"name": f"{root}/images/b"}},
    ]

    statuses = rest.post("/documents:batchWrite", json={"writes": writes}).json()["status"]

    assert [status.get("code", 0) for status in statuses] == [6, 0]


@pytest.mark.parametrize(
    "body",
    ["{", '{"wrong": 1}', '{"writes": [{"update": {"fields": {"a": {"integerValue": "x"}}}}]}'],
)
def test_body_that_is_no_request_is_400(rest: httpx.Client, body: str) -> None:
    answer = rest.post("/documents:commit", content=body)

    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_rest_and_grpc_see_the_same_documents(rest: httpx.Client, client: firestore.Client) -> None:
    name = "ü +1 %#"
    client.collection("images").document(name).set({"n": float("nan"), "b": b"\x00\x01"})

    read = rest.get("/documents/images/%C3%BC%20%2B1%20%25%23").json()

    assert read["fields"] == {"n": {"doubleValue": "NaN"}, "b": {"bytesValue": "AAE="}}


def test_clearing_the_database_leaves_other_projects_alone(
    rest: httpx.Client, backend: Backend, project: str
) -> None:
    create(rest, "images", "a")
    other = f"projects/{project}-2/databases/(default)/documents/images/a"
    rest.patch(f"http://{backend.address}/v1/{other}", json={})

    cleared = rest.delete(
        f"http://{backend.address}/emulator/v1/projects/{project}/databases/(default)/documents"
    )

    assert cleared.status_code == 200
    assert rest.get("/documents/images/a").status_code == 404
    assert rest.get(f"http://{backend.address}/v1/{other}").status_code == 200
