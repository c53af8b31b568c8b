"""Messages and documents in few words."""

from typing import Any

from localcloud.firestore.documents import Entry
from localcloud.firestore.messages import Document, Value

ROOT = "projects/p/databases/(default)/documents"


def value(plain: Any) -> Any:
    """Return the Value that Python's own value stands for."""
    message = Value()
    match plain:
        case None:
            message.null_value = 0
        case bool():
            message.boolean_value = plain
        case int():
            message.integer_value = plain
        case float():
            message.double_value = plain
        case str():
            message.string_value = plain
        case bytes():
            message.bytes_value = plain
        case list():
            message.array_value.SetInParent()
            message.array_value.values.extend(value(item) for item in plain)
        case dict():
            message.map_value.SetInParent()
            for name, item in plain.items():
                message.map_value.fields[name].CopyFrom(value(item))
        case _:
            raise TypeError(type(plain))
    return message


def document(path: str, **fields: Any) -> Any:
    message = Document(name=f"{ROOT}/{path}")
    for name, plain in fields.items():
        message.fields[name].CopyFrom(value(plain))
    return message


def entry(path: str, **fields: Any) -> Entry:
    return Entry(document(path, **fields))
