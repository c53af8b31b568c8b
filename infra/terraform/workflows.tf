resource "google_service_account" "workflow" {
  account_id   = "safelight-workflow"
  display_name = "Safelight: runs the workflows"
}

locals {
  # Each is started by one kind of event in the uploads bucket.
  workflows = {
    image-added = {
      description = "checks a new picture and has it rendered"
      event       = "google.cloud.storage.object.v1.finalized"

      env = {
        METADATA_URL          = module.metadata.uri
        QUARANTINE_BUCKET     = local.bucket_names["quarantine"]
        RECIPES               = "default"
        RENDER_QUEUE          = google_cloud_tasks_queue.render.id
        TASKS_SERVICE_ACCOUNT = google_service_account.tasks.email
        THUMBNAILER_URL       = module.thumbnailer.uri
      }
    }
  }

  workflow_grants = [
    {
      to   = "workflow"
      role = "roles/logging.logWriter"
      why  = "logs failed calls; there is no smaller place to grant it on"
    },
  ]
}

resource "google_workflows_workflow" "workflows" {
  for_each            = local.workflows
  name                = each.key
  description         = each.value.description
  region              = var.region
  service_account     = google_service_account.workflow.id
  source_contents     = file("${path.module}/../../workflows/${each.key}.yaml")
  user_env_vars       = each.value.env
  call_log_level      = "LOG_ERRORS_ONLY"
  deletion_protection = var.deletion_protection

  depends_on = [
    google_cloud_tasks_queue_iam_member.render,
    google_project_iam_member.records,
    google_service_account_iam_member.tasks,
    google_storage_bucket_iam_member.buckets,
  ]
}

resource "google_project_iam_member" "workflow" {
  for_each = { for g in local.workflow_grants : "${g.to} ${g.role}" => g }
  project  = var.project
  role     = each.value.role
  member   = local.members[each.value.to]
}
