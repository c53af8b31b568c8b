from datetime import UTC, datetime, timedelta

from gallery.card import STATES, card_of
from gallery.detail import detail_of
from gallery.pages import Pages, duration, size
from safelight.record import State

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
READY = {
    "imageId": "iabc",
    "owner": "ada",
    "state": "ready",
    "reason": None,
    "original": {
        "name": "ada/20261120T06Z/00/dog.jpg",
        "generation": 7,
        "uploadedAt": NOON,
    },
    "metadata": {
        "width": 400,
        "height": 300,
        "format": "jpeg",
        "frames": 1,
        "exif": {"camera": "Apple iPhone 15", "fNumber": 1.8, "exposureTimeS": 0.004},
        "labels": [{"description": "Dog", "score": 0.93}, {"description": "Grass"}],
        "safeSearch": {"adult": "VERY_UNLIKELY"},
        "text": "STOP",
    },
    "verdict": {"decision": "approved", "policy": "cloud-v1"},
    "variants": {
        "icon": {"uri": "gs://v/i", "width": 128, "height": 128, "bytes": 900, "generation": 1},
        "thumbnail": {
            "uri": "gs://v/t",
            "width": 300,
            "height": 225,
            "bytes": 9000,
            "generation": 2,
        },
    },
    "processing": {"finishedAt": NOON + timedelta(milliseconds=812)},
    "createdAt": NOON + timedelta(milliseconds=50),
    "updatedAt": NOON + timedelta(milliseconds=900),
}


def test_a_ready_picture_shows_its_thumbnail_and_variants():
    card = card_of(READY)

    assert (card.name, card.state_name, card.reason) == ("dog.jpg", "Ready", "")
    assert card.labels == ("Dog", "Grass")
    assert [variant.name for variant in card.variants] == ["icon", "thumbnail"]
    assert card.thumbnail is not None
    assert card.thumbnail.url == "/variants/iabc/thumbnail?generation=2"
    assert card.duration_ms == 812


def test_the_time_it_took_ends_with_the_last_stage():
    failed = {**READY, "state": "failed", "processing": None}

    assert card_of(failed).duration_ms == 900
    assert card_of({**READY, "state": "rendering"}).duration_ms is None


def test_nothing_is_shown_of_a_picture_that_is_not_ready():
    for state in set(State) - {State.READY}:
        card = card_of({**READY, "state": state.value})

        assert card.variants == ()
        assert card.thumbnail is None


def test_the_reason_is_a_sentence():
    reason = {
        "code": "unsafe_adult",
        "message": "The picture seems to show nudity.",
        "stage": "gate",
    }

    assert card_of({**READY, "state": "quarantined", "reason": reason}).reason == reason["message"]
    assert card_of({"state": "analyzing"}).reason.endswith(".")


def test_every_state_has_a_name_and_a_sentence():
    assert set(STATES) == set(State)
    assert all(name and sentence.endswith(".") for name, sentence in STATES.values())


def test_a_record_of_which_nothing_is_known_is_shown_all_the_same():
    for record in ({}, {"state": "new", "original": 5, "metadata": "x", "variants": None}):
        html = Pages().card(record)

        assert "Unknown" in html
        assert "unnamed" in html


def test_everything_in_a_card_is_escaped():
    evil = "<script>alert('x')</script>\"'"
    record = {
        **READY,
        "imageId": evil,
        "original": {"name": evil, "generation": evil},
        "reason": {"message": evil},
        "metadata": {"labels": [{"description": evil}]},
        "variants": {evil: {"width": 1, "height": 1, "generation": evil}},
    }

    html = Pages().card(record)

    assert "<script" not in html
    assert "'" not in html
    assert html.count('"') % 2 == 0


def test_the_page_of_a_picture_tells_all_that_is_known():
    entry = {
        "at": READY["createdAt"],
        "stage": "thumbnailer",
        "event": "variants_published",
        "attempt": 2,
        "durationMs": 400,
        "detail": {"names": ["icon", "thumbnail"]},
    }

    detail = detail_of(READY, [entry, {}])

    facts = dict(detail.facts)
    assert facts["Size"] == "400 x 300 pixels"
    assert facts["Camera"] == "Apple iPhone 15"
    assert facts["Exposure"] == "0.004 s"
    assert facts["Verdict"] == "approved under cloud-v1"
    assert detail.labels == (("Dog", "93%"), ("Grass", ""))
    assert detail.likelihoods == (("adult", "very unlikely"),)
    assert detail.timeline[0].event == "variants published"
    assert detail.timeline[0].detail == "names: icon, thumbnail"
    html = Pages().page("image.html", detail=detail, display=None, takes_appeal=False).body.decode()
    assert "attempt 2" in html
    assert "STOP" in html


def test_the_page_of_an_empty_record_is_shown_all_the_same():
    detail = detail_of({"metadata": {"labels": None, "safeSearch": None, "exif": None}}, [])

    html = Pages().page("image.html", detail=detail, display=None, takes_appeal=False).body.decode()

    assert "unnamed" in html


def test_sizes_and_times_are_told_in_suitable_units():
    assert [size(1), size(2048), size(100 * 1024 * 1024)] == ["1 bytes", "2 kB", "100 MB"]
    assert duration(1234) == "1.23 s"
    assert duration(None) == ""
