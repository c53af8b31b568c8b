"""The glob patterns of ``matchGlob``.

https://cloud.google.com/storage/docs/json_api/v1/objects/list#list-objects-and-prefixes-using-glob
"""

import re

from localcloud.storage.errors import invalid

_TOKEN = re.compile(
    r"(?P<any>\*\*/?)|(?P<part>\*)|(?P<one>\?)|(?P<set>\[!?[^\]]+\])|(?P<punct>[{},])|(?P<text>.)",
    re.DOTALL,
)
_PLAIN = {"part": "[^/]*", "one": "[^/]"}
_PUNCTUATION = {"{": "(?:", "}": ")", ",": "|"}


def compile_glob(glob: str) -> re.Pattern[str]:
    """Return an expression for whole names.  Raises StorageError for a malformed glob."""
    pattern, depth = "", 0
    for token in _TOKEN.finditer(glob):
        text = token[0]
        depth += {"{": 1, "}": -1}.get(text, 0)
        if depth < 0:
            break
        pattern += _translated(token.lastgroup or "", text, inside=depth > 0 or text == "}")
    try:
        # An unclosed brace leaves a group open, which does not compile.
        return re.compile(pattern if depth >= 0 else "(", re.DOTALL)
    except re.error:
        raise invalid(f"Invalid glob: {glob}", "matchGlob") from None


def _translated(kind: str, text: str, *, inside: bool) -> str:
    if kind == "any":
        return "(?:.*/)?" if text.endswith("/") else ".*"
    if kind == "set":
        negated = text.startswith("[!")
        body = text[2:-1] if negated else text[1:-1]
        escaped = body.replace("\\", r"\\").replace("[", r"\[").replace("^", r"\^")
        return f"[{'^/' if negated else ''}{escaped}]"
    if kind == "punct" and inside:
        return _PUNCTUATION[text]
    return _PLAIN.get(kind) or re.escape(text)
