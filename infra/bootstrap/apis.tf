locals {
  # API => why
  apis = {
    "artifactregistry.googleapis.com"     = "keeps the container images"
    "billingbudgets.googleapis.com"       = "tells when spending nears the budget"
    "cloudbuild.googleapis.com"           = "builds the container images"
    "cloudresourcemanager.googleapis.com" = "Terraform reads the project's number"
    "cloudtasks.googleapis.com"           = "delivers render tasks"
    "eventarc.googleapis.com"             = "turns uploads into executions"
    "firestore.googleapis.com"            = "holds the records"
    "iam.googleapis.com"                  = "Terraform creates the accounts"
    "iamcredentials.googleapis.com"       = "signs URLs without a key"
    "logging.googleapis.com"              = "logs, and metrics made from them"
    "monitoring.googleapis.com"           = "alerts and the dashboard"
    "pubsub.googleapis.com"               = "carries events for Eventarc"
    "run.googleapis.com"                  = "runs the services"
    "storage.googleapis.com"              = "holds the pictures"
    "vision.googleapis.com"               = "looks at the pictures"
    "workflowexecutions.googleapis.com"   = "Eventarc starts the workflow"
    "workflows.googleapis.com"            = "holds the workflow"
  }
}

resource "google_project_service" "apis" {
  for_each = local.apis
  service  = each.key
  # Others in the project may use them too.
  disable_on_destroy = false
}
