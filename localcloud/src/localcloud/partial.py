"""Google's partial response: the ``fields`` system parameter.

https://cloud.google.com/storage/docs/json_api#partial-response
Grammar: ``a,b/c,d(e,f/g),*``.
"""

from collections.abc import Iterator
from typing import Any

from localcloud.errors import invalid_argument

Mask = dict[str, "Mask"]
"""Field name (or ``*``) to the mask of what is inside; an empty mask keeps everything."""


def parse_mask(text: str) -> Mask:
    """Return the mask that the text describes.  Raises RpcError where it is malformed."""
    tokens = _tokens(text)
    mask = _selection(tokens)
    if next(tokens, None) is not None:
        raise invalid_argument(f"Invalid field selection {text}")
    return mask


def apply_mask(value: Any, mask: Mask) -> Any:
    """Return the parts of a JSON value that the mask keeps; lists are looked through."""
    if not mask:
        return value
    if isinstance(value, list):
        return [apply_mask(item, mask) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: apply_mask(item, mask[key] if key in mask else mask["*"])
        for key, item in value.items()
        if key in mask or "*" in mask
    }


def _tokens(text: str) -> Iterator[str]:
    name = ""
    for character in text:
        if character in ",/()":
            if name.strip():
                yield name.strip()
            yield character
            name = ""
        else:
            name += character
    if name.strip():
        yield name.strip()


def _selection(tokens: Iterator[str]) -> Mask:
    """Read up to the closing parenthesis or the end."""
    stack: list[Mask] = [{}]
    here: Mask | None = None
    for token in tokens:
        if token == "(":  # noqa: S105 -- a parenthesis
            stack.append(_required(here))
            here = None
        elif token == ")":  # noqa: S105 -- a parenthesis
            if len(stack) == 1:
                raise invalid_argument("Invalid field selection: unbalanced )")
            here = stack.pop()
        elif token == ",":  # noqa: S105 -- a comma
            here = None
        elif token == "/":  # noqa: S105 -- a slash
            here = _required(here)
        else:
            here = (stack[-1] if here is None else here).setdefault(token, {})
    if len(stack) > 1:
        raise invalid_argument("Invalid field selection: missing )")
    return stack[0]


def _required(mask: Mask | None) -> Mask:
    if mask is None:
        raise invalid_argument("Invalid field selection: a name is missing")
    return mask
