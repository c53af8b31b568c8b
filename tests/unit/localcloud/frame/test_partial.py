import pytest

from localcloud.errors import RpcError
from localcloud.partial import apply_mask, parse_mask

ANSWER = {
    "responses": [
        {"labels": [{"description": "Cat", "score": 0.9, "mid": "/m/1"}], "error": {"code": 3}},
        {"text": {"text": "hi", "pages": [{"property": {"lang": "en"}, "blocks": [1]}]}},
    ],
    "other": 1,
}


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ("", ANSWER),
        ("other", {"other": 1}),
        ("responses/error", {"responses": [{"error": {"code": 3}}, {}]}),
        (
            "responses(labels(description,score),text(text,pages/property))",
            {
                "responses": [
                    {"labels": [{"description": "Cat", "score": 0.9}]},
                    {"text": {"text": "hi", "pages": [{"property": {"lang": "en"}}]}},
                ]
            },
        ),
        ("responses/*/code", {"responses": [{"labels": [{}], "error": {"code": 3}}, {"text": {}}]}),
        ("missing", {}),
    ],
)
def test_a_mask_keeps_what_it_names(fields: str, kept: object) -> None:
    assert apply_mask(ANSWER, parse_mask(fields)) == kept


@pytest.mark.parametrize("fields", ["a(b", "a)b", "(a)", "/a"])
def test_a_malformed_mask_is_refused(fields: str) -> None:
    with pytest.raises(RpcError):
        parse_mask(fields)
