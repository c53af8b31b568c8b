import httpx
import pytest

from gallery.form import Form, NoFormError


class Files:
    """Keeps what arrives, in order."""

    def __init__(self):
        self.log = []

    def begin(self, filename, content_type):
        self.log.append((filename, content_type, b""))

    def write(self, data):
        filename, content_type, before = self.log[-1]
        self.log[-1] = (filename, content_type, before + data)

    def end(self):
        self.log.append("end")


def form(files, data=None):
    request = httpx.Request("POST", "http://gallery/", files=files, data=data)
    return request.headers["content-type"], request.read()


def received(content_type, body, step):
    files = Files()
    reader = Form(content_type, files)
    for at in range(0, len(body), step):
        reader.feed(body[at : at + step])
    reader.finish()
    return files.log


@pytest.mark.parametrize("step", [1, 2, 3, 7, 64, 10_000])
def test_files_arrive_whole_however_the_body_is_cut(step):
    tricky = b"\r\n--" + bytes(range(256)) + b"\r\n\r\n--x--\r\n"
    files = [("files", ("a.jpg", tricky, "image/jpeg")), ("files", ("b.png", b"", "image/png"))]

    log = received(*form(files, {"comment": "no file"}), step)

    assert log == [
        ("a.jpg", "image/jpeg", tricky),
        "end",
        ("b.png", "image/png", b""),
        "end",
    ]


def test_a_name_may_have_any_letters():
    log = received(*form([("files", ("ü +%漢.jpg", b"x", "image/jpeg"))]), 100)

    assert log[0][0] == "ü +%漢.jpg"


def test_a_choice_of_no_file_is_no_file():
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename=""\r\n\r\n\r\n--x--\r\n'

    assert received("multipart/form-data; boundary=x", body, 10) == []


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "multipart/form-data",
        "multipart/mixed; boundary=x",
        "multipart/form-data; boundary=" + "x" * 999,
    ],
)
def test_another_kind_of_body_is_no_form(content_type):
    with pytest.raises(NoFormError):
        Form(content_type, Files())


@pytest.mark.parametrize(
    "body",
    [
        b"no boundary at all",
        b"--x\r\nno header\r\n\r\nabc\r\n--x--\r\n",
        b"--x\r\n" + b"A" * 100_000 + b": b\r\n\r\nabc\r\n--x--\r\n",
        b"--x\r\nA: b\r\n\r\nabc",
        b"",
    ],
)
def test_a_malformed_or_unfinished_form_is_refused(body):
    with pytest.raises(NoFormError):
        received("multipart/form-data; boundary=x", body, 1000)
