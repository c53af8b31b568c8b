import json
import math

import pytest
from google.cloud.firestore_v1 import _helpers
from google.cloud.firestore_v1.types import Document

from metadata.firestore_values import encode, encode_fields


def test_fields_decode_to_what_they_were():
    fields = {
        "none": None,
        "yes": True,
        "count": 9_007_199_254_740_993,
        "share": 0.25,
        "whole": 2.0,
        "text": "ü\n",
        "empty": {},
        "list": [1, "a", {"deep": [None]}],
        "nothing": [],
    }

    document = Document.from_json(json.dumps({"fields": encode_fields(fields)}))

    assert _helpers.decode_dict(document.fields, None) == fields


def test_integers_are_strings():
    assert encode(7) == {"integerValue": "7"}


def test_a_truth_value_is_no_integer():
    assert encode(value=True) == {"booleanValue": True}


def test_what_json_has_no_number_for_has_a_name():
    assert encode(math.nan) == {"doubleValue": "NaN"}
    assert encode(-math.inf) == {"doubleValue": "-Infinity"}


def test_what_firestore_cannot_hold_is_refused():
    with pytest.raises(TypeError, match="set"):
        encode({1})
