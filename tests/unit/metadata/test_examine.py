from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from metadata import answer
from metadata.examine import Examiner
from metadata.inspect import Inspected, Rendition
from metadata.original import Source
from metadata.questions import Questions
from safelight.errors import GoogleUnavailableError, NotAnImageError, OriginalGoneError
from tests.unit.metadata.test_describe import INSPECTION

SOURCE = Source("in", "a/b.jpg", 7)
PROOF = Rendition(200, 150, b"a proof")
FRAME = Rendition(200, 150, b"a frame")


@dataclass
class Original:
    sha256: str = "ab" * 32
    is_stored_plain: bool = True

    def fileno(self):
        return 99


@dataclass
class Desk:
    """What an examiner needs, and what it did with it."""

    original: Original = field(default_factory=Original)
    renditions: tuple[Rendition, ...] = (PROOF, FRAME)
    known: set[str] = field(default_factory=set)
    stored: list[Rendition] = field(default_factory=list)

    def examine(self, *, gps=False, **parts):
        usual = {"fetch": self.fetch, "inspect": self.inspect, "store": self.store}
        is_known = self.known.__contains__
        examiner = Examiner(**{**usual, **parts}, is_known=is_known, version="v", gps=gps)
        return examiner.examine(SOURCE)

    @contextmanager
    def fetch(self, source):
        assert source == SOURCE
        yield self.original

    def inspect(self, original, *, may_be_judged_itself):
        assert original == 99
        itself = may_be_judged_itself and not self.renditions
        return Inspected(INSPECTION, () if itself else self.renditions or (PROOF,))

    def store(self, source, rendition):
        assert source == SOURCE
        self.stored.append(rendition)
        return f"gs://analysis/{len(self.stored)}.jpg"


def raising(error):
    def raise_it(*_, **__):
        raise error

    return raise_it


def test_vision_is_to_look_at_the_renditions():
    desk = Desk()

    found = desk.examine()

    assert found.uris == ("gs://analysis/1.jpg", "gs://analysis/2.jpg")
    assert desk.stored == [PROOF, FRAME]
    assert found.examination is not None
    assert found.examination.images == 2
    assert not found.examination.judges_original
    assert found.examination.analysis == f"{'ab' * 32}-v"


def test_a_picture_that_needs_no_rendition_is_judged_where_it_lies():
    found = Desk(renditions=()).examine()

    assert found.uris == ("gs://in/a/b.jpg",)
    assert found.examination is not None
    assert found.examination.judges_original


def test_an_object_that_is_stored_compressed_is_never_judged_where_it_lies():
    desk = Desk(Original(is_stored_plain=False), renditions=())

    found = desk.examine()

    assert found.uris == ("gs://analysis/1.jpg",)
    assert found.examination is not None
    assert not found.examination.judges_original


@pytest.mark.parametrize("renditions", [(), (PROOF, FRAME)])
def test_known_content_is_neither_stored_nor_judged_again(renditions):
    desk = Desk(renditions=renditions, known={f"{'ab' * 32}-v"})

    found = desk.examine()

    assert (found.uris, desk.stored) == ((), [])
    assert found.examination is not None
    assert found.examination.images == 0
    assert not found.examination.judges_original


def test_the_place_goes_no_further_unless_the_settings_allow_it():
    hidden, told = Desk().examine(), Desk().examine(gps=True)

    assert hidden.examination is not None
    assert hidden.examination.inspection.gps is None
    assert told.examination is not None
    assert told.examination.inspection.gps == INSPECTION.gps


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"fetch": raising(OriginalGoneError())}, "original_gone"),
        ({"inspect": raising(NotAnImageError())}, "not_an_image"),
    ],
)
def test_what_is_no_picture_failed_with_the_fields_of_its_record(broken, code):
    desk = Desk()

    body = answer.examination(desk.examine(**broken), Questions()).get_json()

    assert body["outcome"] == "failed"
    assert body["reason"]["code"] == code
    assert body["reason"]["stage"] == "metadata"
    assert body["fields"]["metadata"] == body["fields"]["verdict"] == {"nullValue": None}
    assert body["fields"]["reason"]["mapValue"]["fields"]["code"] == {"stringValue": code}
    assert desk.stored == []


def test_transient_trouble_is_no_outcome():
    for broken in ("fetch", "inspect", "store"):
        with pytest.raises(GoogleUnavailableError):
            Desk().examine(**{broken: raising(GoogleUnavailableError())})


def test_the_answer_holds_what_vision_is_to_be_asked():
    body = answer.examination(Desk().examine(), Questions()).get_json()

    assert body["outcome"] == "ok"
    assert [one["image"]["source"]["imageUri"] for one in body["requests"]] == [
        "gs://analysis/1.jpg",
        "gs://analysis/2.jpg",
    ]
    assert " " not in body["responseFields"]
    assert isinstance(body["examination"], str)
