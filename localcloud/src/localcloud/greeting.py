"""What ``up`` says when everything runs: the URLs, and how to send an object."""

from pathlib import Path

from localcloud.environment import base_url
from localcloud.stack import Stack


def greeting(stack: Stack, port: int, data: Path, stack_file: Path | None) -> str:
    """Return the text."""
    services = [
        f"  {service.name:<13} {base_url(stack.service_port(service.name, port))}"
        for service in stack.services
    ]
    lines = [f"  {'Google APIs':<13} {base_url(port)}", *services, f"  {'state, logs':<13} {data}"]
    if stack.triggers:
        lines += ["", *_sending(stack.triggers[0].bucket, port, data, stack_file)]
    return "\n".join(["Ready. Ctrl-C stops it; the state stays.", "", *lines, ""])


def _sending(bucket: str, port: int, data: Path, stack_file: Path | None) -> list[str]:
    flags = f"--data {data} --port {port}" + (f" --stack {stack_file}" if stack_file else "")
    url = f"{base_url(port)}/upload/storage/v1/b/{bucket}/o?uploadType=media&name=cat.jpg"
    python = f"from google.cloud.storage import Client; b = Client().bucket('{bucket}'); "
    return [
        "Send an object from another terminal:",
        f'  eval "$(.venv/bin/python -m localcloud env {flags})"',
        f"  gcloud storage cp cat.jpg gs://{bucket}/",
        f"  .venv/bin/python -c \"{python}b.blob('cat.jpg').upload_from_filename('cat.jpg')\"",
        f"  curl --data-binary @cat.jpg -H 'Content-Type: image/jpeg' '{url}'",
    ]
