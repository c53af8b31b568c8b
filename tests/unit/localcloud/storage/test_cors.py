from localcloud.storage import cors

RULES: list[dict[str, object]] = [
    {
        "origin": ["https://a.test"],
        "method": ["PUT"],
        "responseHeader": ["Content-Type", "x-goog-meta-owner"],
        "maxAgeSeconds": 60,
    },
    {"origin": ["*"], "method": ["GET"]},
]


def test_a_preflight_tells_what_the_matching_rule_allows() -> None:
    assert cors.preflight(RULES, "https://a.test", "PUT") == {
        "access-control-allow-origin": "https://a.test",
        "access-control-allow-methods": "PUT",
        "access-control-allow-headers": "Content-Type, x-goog-meta-owner",
        "access-control-max-age": "60",
        "vary": "Origin",
    }


def test_a_rule_for_all_origins_says_so() -> None:
    headers = cors.allowed(RULES, "https://b.test", "GET")

    assert headers["access-control-allow-origin"] == "*"


def test_no_rule_gives_no_headers() -> None:
    assert cors.preflight(RULES, "https://b.test", "PUT") == {}
    assert cors.allowed([], "https://a.test", "PUT") == {}
