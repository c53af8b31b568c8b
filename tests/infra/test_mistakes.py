"""Planted mistakes are found: the check itself is checked."""

from dataclasses import dataclass

import pytest

from tests.infra.terraform import Terraform, TerraformError


@dataclass(frozen=True)
class Mistake:
    """Replace ``right`` in a file by ``wrong``; Terraform must say ``told``."""

    name: str
    file: str
    right: str
    wrong: str
    told: str


MISTAKES = [
    Mistake(
        "a misspelt argument",
        "buckets.tf",
        "uniform_bucket_level_access =",
        "uniform_bucket_level_acces =",
        "Unsupported argument",
    ),
    Mistake(
        "a misspelt argument of a block",
        "queue.tf",
        "max_dispatches_per_second",
        "max_dispatches_a_second",
        "Unsupported argument",
    ),
    Mistake(
        "a misspelt block",
        "queue.tf",
        "retry_config {",
        "retry_configs {",
        "Unsupported block type",
    ),
    Mistake(
        "a missing required argument",
        "queue.tf",
        '  name     = "render"\n',
        "",
        'The argument "name" is required',
    ),
    Mistake(
        "a missing required argument of a grant",
        "workflows.tf",
        "  role     = each.value.role\n",
        "",
        'The argument "role" is required',
    ),
    Mistake(
        "a missing required argument of a block",
        "queue.tf",
        "    sampling_ratio = 0.1\n",
        "",
        'The argument "sampling_ratio" is required',
    ),
    Mistake(
        "a missing required block",
        "triggers.tf",
        "  destination {\n    workflow = google_workflows_workflow.workflows[each.key].id\n  }\n",
        "",
        "At least 1",
    ),
    Mistake(
        "a block too many",
        "queue.tf",
        "  retry_config {",
        "  rate_limits {}\n\n  retry_config {",
        "Too many rate_limits blocks",
    ),
    Mistake(
        "a text for a number",
        "queue.tf",
        "max_dispatches_per_second = 100",
        'max_dispatches_per_second = "many"',
        "a number is required",
    ),
    Mistake(
        "a list for a truth value",
        "buckets.tf",
        "uniform_bucket_level_access = true",
        'uniform_bucket_level_access = ["yes"]',
        "bool required",
    ),
    Mistake(
        "a block for an argument",
        "alerts.tf",
        "  labels       = { email_address = var.alert_email }",
        "  labels {\n    email_address = var.alert_email\n  }",
        "Unsupported block type",
    ),
    Mistake(
        "an argument for a block",
        "dead_letters.tf",
        '  expiration_policy {\n    ttl = ""\n  }',
        '  expiration_policy = { ttl = "" }',
        "Unsupported argument",
    ),
    Mistake(
        "an unknown resource type",
        "dead_letters.tf",
        'resource "google_pubsub_topic" "dead_letters"',
        'resource "google_pubsub_topics" "dead_letters"',
        "Invalid resource type",
    ),
    Mistake(
        "an unknown data source",
        "dead_letters.tf",
        'data "google_project" "project"',
        'data "google_projekt" "project"',
        "Invalid data source",
    ),
    Mistake(
        "a reference to nothing",
        "queue.tf",
        "google_cloud_tasks_queue.render.name",
        "google_cloud_tasks_queue.rendering.name",
        "Reference to undeclared resource",
    ),
    Mistake(
        "a reference to an attribute that is none",
        "permissions.tf",
        "google_service_account.tasks.member",
        "google_service_account.tasks.membre",
        "Unsupported attribute",
    ),
    Mistake(
        "a reference to no output of a module",
        "outputs.tf",
        "module.gallery.uri",
        "module.gallery.url",
        "Unsupported attribute",
    ),
    Mistake(
        "a variable that is not declared",
        "gallery.tf",
        "var.images.gallery",
        "var.image.gallery",
        "Reference to undeclared input variable",
    ),
    Mistake(
        "an argument that the module does not take",
        "metadata.tf",
        "  deletion_protection =",
        "  memory = 4\n  deletion_protection =",
        "Unsupported argument",
    ),
    Mistake(
        "an argument that the module misses",
        "metadata.tf",
        "  image               = var.images.metadata\n",
        "",
        "Missing required argument",
    ),
    Mistake(
        "a size without memory",
        "gallery.tf",
        '    memory        = "1Gi"\n',
        "",
        'attribute "memory" is required',
    ),
    Mistake(
        "a value that is not among the possible",
        "firestore.tf",
        '"FIRESTORE_NATIVE"',
        '"FIRESTORE_NATIV"',
        "expected type to be one of",
    ),
    Mistake(
        "an impossible value inside a block",
        "alerts.tf",
        '"COMPARISON_GT"',
        '"GREATER"',
        "expected comparison to be one of",
    ),
    Mistake(
        "an impossible value in a module",
        "modules/service/service.tf",
        '"EXECUTION_ENVIRONMENT_GEN2"',
        '"GEN2"',
        "expected execution_environment to be one of",
    ),
    Mistake(
        "a value for what Google decides",
        "dead_letters.tf",
        '  name                       = "image-events-dead"\n',
        '  name                       = "image-events-dead"\n  effective_labels = {}\n',
        "effective_labels",
    ),
    Mistake(
        "a misspelt argument of the provider",
        "terraform.tf",
        "  region  = var.region",
        "  regoin  = var.region",
        "Unsupported argument",
    ),
    Mistake(
        "a workflow whose file is missing",
        "workflows.tf",
        "    image-added = {",
        "    image-addded = {",
        "no file exists",
    ),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_planted_mistake_is_rejected(draft: Terraform, mistake: Mistake) -> None:
    _plant(draft, mistake)

    with pytest.raises(TerraformError) as raised:  # noqa: PT012 -- by either of the two
        draft.validate()
        draft.plan()

    assert mistake.told in _unwrapped(str(raised.value))


# Valid, and still wrong: infra/terraform/tests finds these.
WRONGS = [
    Mistake(
        "a bucket that may be made public",
        "buckets.tf",
        '"enforced"',
        '"inherited"',
        "A bucket could be made public.",
    ),
    Mistake(
        "a grant for everybody",
        "gallery.tf",
        "if var.gallery.public",
        "if true",
        "Nobody may call the gallery unless named.",
    ),
    Mistake(
        "a grant on the whole project",
        "triggers.tf",
        '      to   = "trigger"\n      role = "roles/eventarc.eventReceiver"',
        '      to   = "gallery"\n      role = "roles/storage.objectViewer"',
        "Another grant stands on the project.",
    ),
    Mistake(
        "fewer attempts than the thumbnailer counts on",
        "queue.tf",
        "local.thumbnailer.max_attempts",
        "5",
        "at its last attempt",
    ),
]


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.name)
def test_what_is_valid_but_wrong_is_rejected(draft: Terraform, wrong: Mistake) -> None:
    _plant(draft, wrong)
    draft.validate()

    with pytest.raises(TerraformError) as raised:
        draft.run("test", "-no-color")

    assert wrong.told in _unwrapped(str(raised.value))


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"project": "Not A Project"}, "Not the id of a project"),
        ({"region": "europe"}, "Not a region"),
        (
            {"images": dict.fromkeys(("gallery", "metadata", "thumbnailer"), "a:latest")},
            "tags move",
        ),
        ({"images": {"gallery": "a"}}, "attributes"),
        ({"gallery": {"viewers": ["allUsers"]}}, "say public = true"),
        ({"gallery": {"viewers": ["allAuthenticatedUsers"]}}, "say public = true"),
        ({"senders": ["allUsers"]}, "never open to everybody"),
        ({"settings": {"galery": {"PORT": "80"}}}, "gallery, metadata or thumbnailer"),
        ({"scale": {"thumbnailer": {"max": 0}}}, "From 1 to 100 instances"),
        ({"scale": {"gallery": {"min": 9}}}, "least not above the most"),
        ({"upload_origins": ["cms.example.com"]}, "An origin is"),
        ({"budget": {"amount": 5}}, "attributes"),
    ],
    ids=str,
)
def test_a_wrong_variable_is_rejected(
    application: Terraform, variables: dict[str, object], told: str
) -> None:
    with pytest.raises(TerraformError) as raised:
        application.plan(**variables)

    assert told in _unwrapped(str(raised.value))


def _plant(draft: Terraform, mistake: Mistake) -> None:
    file = draft.folder / mistake.file
    spoilt = file.read_text().replace(mistake.right, mistake.wrong, 1)
    assert spoilt != file.read_text(), "the mistake was not planted"
    file.write_text(spoilt)


def _unwrapped(text: str) -> str:
    """Return a diagnosis without the line breaks and bars that Terraform puts in."""
    return " ".join(text.replace("│", " ").split())
