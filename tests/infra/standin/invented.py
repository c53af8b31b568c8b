"""Values that Google would choose: names, addresses, numbers; the same for the same resource."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

PROJECT: Final = "an-example-project"
PROJECT_NUMBER: Final = "123456789012"
_EMPTY: Final[Mapping[str, Any]] = {"map": {}, "list": [], "set": []}

Invent = Callable[[str, Any], Any]


def inventor(kind: str, known: Mapping[str, Any]) -> Invent:
    """Return what invents the attribute of a name and type of one resource or data source."""
    texts = {name: value for name, value in known.items() if isinstance(value, str)}

    def invent(name: str, form: Any) -> Any:
        if form == "string":
            return _text(kind, name, texts)
        if form in ("number", "bool"):
            return {"number": 0, "bool": False}[form]
        return _EMPTY.get(form[0])

    return invent


def _text(kind: str, name: str, texts: Mapping[str, str]) -> str:
    project = texts.get("project", PROJECT)
    digest = hashlib.sha256(f"{kind}{sorted(texts.items())}".encode()).hexdigest()[:8]
    email = f"{texts.get('account_id', digest)}@{project}.iam.gserviceaccount.com"
    naming = (texts[part] for part in ("name", "account_id", "repository_id") if part in texts)
    plain = next(naming, digest)
    path = f"projects/{project}/{kind.removeprefix('google_')}/{plain}"
    agent = f"service-{PROJECT_NUMBER}@gs-project-accounts.iam.gserviceaccount.com"
    special = {
        "project": project,
        "number": PROJECT_NUMBER,
        "email": email,
        "email_address": agent,
        "member": f"serviceAccount:{agent if 'storage_project' in kind else email}",
        "uri": f"https://{plain}-{digest}.example.invalid",
        "id": path,
        "name": path,
        "self_link": path,
    }
    return special.get(name, f"{name}-{digest}")
