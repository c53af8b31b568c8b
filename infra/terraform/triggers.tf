resource "google_service_account" "trigger" {
  account_id   = "safelight-trigger"
  display_name = "Safelight: starts the workflows"
}

# The account by which Cloud Storage tells of events.
data "google_storage_project_service_account" "storage" {}

locals {
  trigger_grants = [
    {
      to   = "storage agent"
      role = "roles/pubsub.publisher"
      why  = "Cloud Storage publishes events to a topic that Eventarc creates"
    },
    {
      to   = "trigger"
      role = "roles/eventarc.eventReceiver"
      why  = "receives events; there is no smaller place to grant it on"
    },
    {
      to   = "trigger"
      role = "roles/workflows.invoker"
      why  = "starts executions; a workflow has no grants of its own"
    },
  ]
}

resource "google_project_iam_member" "trigger" {
  for_each = { for g in local.trigger_grants : "${g.to} ${g.role}" => g }
  project  = var.project
  role     = each.value.role
  member   = local.members[each.value.to]
}

resource "google_eventarc_trigger" "workflows" {
  for_each        = local.workflows
  name            = each.key
  location        = var.region
  service_account = google_service_account.trigger.email

  matching_criteria {
    attribute = "type"
    value     = each.value.event
  }

  matching_criteria {
    attribute = "bucket"
    value     = google_storage_bucket.buckets["uploads"].name
  }

  destination {
    workflow = google_workflows_workflow.workflows[each.key].id
  }

  depends_on = [google_project_iam_member.trigger]
}
