import base64
import json
import time
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.auth import crypt, jwt
from google.auth.exceptions import TransportError

from gallery.problem import Problem
from gallery.reviewer import Proxied, unnamed
from safelight.errors import GoogleUnavailableError

AUDIENCE = "/projects/1/global/backendServices/2"
CLAIMS = {"iss": "https://cloud.google.com/iap", "aud": AUDIENCE, "email": "ann@example.com"}


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.fixture(scope="module")
def keys():
    return {name: ec.generate_private_key(ec.SECP256R1()) for name in ("proxy", "stranger")}


@pytest.fixture
def proxied(keys):
    public = keys["proxy"].public_key()
    told = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def transport(url, **_):
        assert url == "https://www.gstatic.com/iap/verify/public_key"
        return SimpleNamespace(status=200, data=json.dumps({"k1": told.decode()}).encode())

    return Proxied(AUDIENCE, transport)


def headers(key, lifetime_s=600, **changed):
    now = int(time.time())
    claims = {**CLAIMS, "iat": now - 10, "exp": now + lifetime_s, **changed}
    signer = crypt.ES256Signer.from_string(pem(key), "k1")
    return {"x-goog-iap-jwt-assertion": jwt.encode(signer, claims).decode()}


def test_the_reviewer_is_whom_the_proxy_names(proxied, keys):
    assert proxied(headers(keys["proxy"])) == "ann@example.com"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "/projects/1/global/backendServices/3"},
        {"iss": "https://accounts.google.com"},
        {"email": ""},
        {"lifetime_s": -5},
    ],
)
def test_what_was_said_of_another_place_or_time_counts_for_nothing(proxied, keys, changed):
    with pytest.raises(Problem) as refused:
        proxied(headers(keys["proxy"], **changed))

    assert (refused.value.status, refused.value.code) == (403, "not_a_reviewer")


def test_nobody_else_can_vouch(proxied, keys):
    with pytest.raises(Problem):
        proxied(headers(keys["stranger"]))


def test_an_unsigned_word_counts_for_nothing(proxied):
    parts = ({"alg": "none", "kid": "k1"}, {**CLAIMS, "iat": 1, "exp": 2**40})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]

    for assertion in (".".join([*encoded, ""]), "x", ""):
        with pytest.raises(Problem):
            proxied({"x-goog-iap-jwt-assertion": assertion})


def test_a_visitor_who_came_around_the_proxy_is_refused(proxied):
    with pytest.raises(Problem):
        proxied({"x-goog-authenticated-user-email": "accounts.google.com:ann@example.com"})


def test_keys_that_cannot_be_read_are_passing_trouble(keys):
    def transport(*_, **__):
        raise TransportError("away")

    with pytest.raises(GoogleUnavailableError):
        Proxied(AUDIENCE, transport)(headers(keys["proxy"]))


def test_without_a_proxy_reviewers_name_themselves():
    assert unnamed({}) is None
