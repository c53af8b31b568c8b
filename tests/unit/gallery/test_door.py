import pytest
from starlette.datastructures import Headers

from gallery.door import is_foreign

HOST = {"host": "pictures.example"}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "https://pictures.example"},
        {"origin": "https://evil.example"},
        {"origin": "https://pictures.example.evil.example"},
        {"origin": "null"},
    ],
)
def test_a_form_of_another_site_is_foreign(headers):
    assert is_foreign("POST", Headers({**HOST, **headers}))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "https://pictures.example"},
    ],
)
def test_an_own_form_and_a_program_are_not_foreign(headers):
    assert not is_foreign("POST", Headers({**HOST, **headers}))


def test_looking_is_never_foreign():
    assert not is_foreign("GET", Headers({**HOST, "sec-fetch-site": "cross-site"}))
