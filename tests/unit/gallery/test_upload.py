from datetime import UTC, datetime

import pytest

from gallery.upload import Bounds, Intake, Place, picture_type
from safelight.errors import GoogleUnavailableError
from safelight.names import image_id

NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)


class Bucket:
    """Objects by name; what is not closed does not exist."""

    def __init__(self, fails_at=None):
        self.objects = {}
        self.terminated = []
        self.opened = 0
        self.fails_at = fails_at

    def open_draft(self, name, content_type):
        self.opened += 1
        return Draft(self, name, content_type)

    def fail_at(self, step):
        if step == self.fails_at:
            raise GoogleUnavailableError


class Draft:
    def __init__(self, bucket, name, content_type):
        bucket.fail_at("open")
        self.bucket, self.name, self.content_type, self.data = bucket, name, content_type, b""

    def write(self, data):
        self.bucket.fail_at("write")
        self.data += data

    def close(self):
        self.bucket.fail_at("close")
        self.bucket.objects[self.name] = (self.content_type, self.data)

    def terminate(self):
        self.bucket.terminated.append(self.name)


def intake(bucket, max_file_bytes=100, max_files=3):
    place = Place("uploads", "ada")
    return Intake(place, bucket.open_draft, lambda: NOW, Bounds(max_file_bytes, max_files))


def bring(taken, filename, *pieces, content_type="image/jpeg"):
    taken.begin(filename, content_type)
    for piece in pieces:
        taken.write(piece)
    taken.end()


def refusals(taken):
    return [(one.filename, one.error.code) for one in taken.refused]


def test_a_file_becomes_an_object_under_its_owner_and_hour():
    bucket = Bucket()
    taken = intake(bucket)

    bring(taken, "C:\\Photos\\my dog?.JPG", b"abc", b"def")

    [(name, (content_type, data))] = bucket.objects.items()
    assert name.startswith("ada/20261120T06Z/")
    assert name.endswith("/my dog_.JPG")
    assert (content_type, data) == ("image/jpeg", b"abcdef")
    assert taken.stored[0].image_id == image_id("uploads", name)


def test_two_files_of_one_name_are_two_objects():
    bucket = Bucket()
    taken = intake(bucket)

    bring(taken, "a.png", b"1")
    bring(taken, "a.png", b"2")

    assert len(bucket.objects) == 2


@pytest.mark.parametrize(
    "hostile", ["../../etc/passwd.png", "/abs/a.png", "a\0/..\\b.png", "...png"]
)
def test_no_file_name_leaves_its_folder(hostile):
    bucket = Bucket()

    bring(intake(bucket), hostile, b"x")

    [name] = bucket.objects
    assert name.count("/") == 3
    assert ".." not in name.split("/")


def test_a_file_that_is_too_large_leaves_nothing_and_the_next_is_taken():
    bucket = Bucket()
    taken = intake(bucket, max_file_bytes=5)

    bring(taken, "large.png", b"123", b"456", b"789")
    bring(taken, "small.png", b"12345")

    assert refusals(taken) == [("large.png", "too_large")]
    assert [one.filename for one in taken.stored] == ["small.png"]
    assert len(bucket.objects) == len(bucket.terminated) == 1


def test_an_empty_file_is_never_opened():
    bucket = Bucket()
    taken = intake(bucket)

    bring(taken, "empty.png")

    assert refusals(taken) == [("empty.png", "empty_file")]
    assert bucket.opened == 0


def test_what_is_plainly_no_picture_is_never_opened():
    bucket = Bucket()
    taken = intake(bucket)

    bring(taken, "notes.txt", b"x", content_type="text/plain")
    bring(taken, "run.svg", b"x", content_type="image/svg+xml")

    assert [code for _, code in refusals(taken)] == ["unsupported_format"] * 2
    assert bucket.opened == 0


def test_no_more_files_are_taken_than_allowed():
    bucket = Bucket()
    taken = intake(bucket, max_files=2)

    for number in range(4):
        bring(taken, f"{number}.png", b"x")

    assert len(bucket.objects) == bucket.opened == 2
    assert refusals(taken) == [("2.png", "too_many_files"), ("3.png", "too_many_files")]


@pytest.mark.parametrize("step", ["open", "write", "close"])
def test_trouble_with_the_bucket_refuses_the_file_and_spares_the_rest_the_wait(step):
    bucket = Bucket(fails_at=step)
    taken = intake(bucket)

    bring(taken, "a.png", b"x")
    bring(taken, "b.png", b"x")

    assert [code for _, code in refusals(taken)] == ["google_unavailable"] * 2
    assert bucket.opened == 1
    assert not bucket.objects


def test_a_file_that_is_cut_off_leaves_nothing():
    bucket = Bucket()
    taken = intake(bucket)
    taken.begin("half.png", "image/png")
    taken.write(b"x")

    taken.abandon()
    taken.abandon()

    assert not bucket.objects
    assert len(bucket.terminated) == 1


@pytest.mark.parametrize(
    ("filename", "told", "content_type"),
    [
        ("a.JPG", "", "image/jpeg"),
        ("a.heic", "application/octet-stream", "image/heic"),
        ("a.png", "image/svg+xml", "image/png"),
        ("photo", "image/webp; x=y", "image/webp"),
        ("photo", "IMAGE/PNG", "image/png"),
        ("photo", "image/svg+xml", ""),
        ("a.html", "text/html", ""),
        ("jpg", "", ""),
    ],
)
def test_the_type_of_an_object_is_one_of_a_picture(filename, told, content_type):
    assert picture_type(filename, told) == content_type
