"""The environment variables that point Google's clients, and gcloud, at a local cloud."""

from pathlib import Path

HOST = "127.0.0.1"
KEY_FILE = "service-account.json"


def base_url(port: int) -> str:
    return f"http://{HOST}:{port}"


def client_environment(project: str, location: str, port: int, key_file: Path) -> dict[str, str]:
    """Return what the client libraries read.

    Cloud Storage and BigQuery want a scheme, Firestore and Pub/Sub must not have one.
    """
    address = f"{HOST}:{port}"
    return {
        "GOOGLE_CLOUD_PROJECT": project,
        "GOOGLE_CLOUD_LOCATION": location,
        "GOOGLE_APPLICATION_CREDENTIALS": str(key_file),
        "STORAGE_EMULATOR_HOST": base_url(port),
        "FIRESTORE_EMULATOR_HOST": address,
        "GOOGLE_API_EMULATOR_HOST": address,
        # Neither a metadata server nor a proxy is asked on the way to loopback.
        "NO_GCE_CHECK": "true",
        "NO_PROXY": "127.0.0.1,localhost",
    }


def gcloud_environment(project: str, port: int) -> dict[str, str]:
    """Return what gcloud reads, for its storage, tasks and workflows commands."""
    url = f"{base_url(port)}/"
    overrides = ("STORAGE", "CLOUDTASKS", "WORKFLOWS", "WORKFLOWEXECUTIONS")
    return {
        "CLOUDSDK_CORE_PROJECT": project,
        "CLOUDSDK_AUTH_DISABLE_CREDENTIALS": "true",
        **{f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{name}": url for name in overrides},
    }
