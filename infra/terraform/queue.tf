resource "google_service_account" "tasks" {
  account_id   = "safelight-tasks"
  display_name = "Safelight: in whose name Cloud Tasks calls"
}

resource "google_cloud_tasks_queue" "render" {
  name     = "render"
  location = var.region

  rate_limits {
    max_dispatches_per_second = 100
    # As many as all instances take: more would only be told to wait.
    max_concurrent_dispatches = local.thumbnailer.concurrency * var.scale.thumbnailer.max
  }

  retry_config {
    max_attempts  = local.thumbnailer.max_attempts
    min_backoff   = "1s"
    max_backoff   = "300s"
    max_doublings = 8
  }

  stackdriver_logging_config {
    sampling_ratio = 0.1
  }
}

locals {
  queue_grants = [
    {
      to   = "workflow"
      role = "roles/cloudtasks.enqueuer"
      why  = "enqueues render tasks"
    },
  ]

  task_account_grants = [
    {
      to   = "workflow"
      role = "roles/iam.serviceAccountUser"
      why  = "names this account in the tasks that it creates"
    },
  ]
}

resource "google_cloud_tasks_queue_iam_member" "render" {
  for_each = { for g in local.queue_grants : "${g.to} ${g.role}" => g }
  name     = google_cloud_tasks_queue.render.name
  location = var.region
  role     = each.value.role
  member   = local.members[each.value.to]
}

resource "google_service_account_iam_member" "tasks" {
  for_each           = { for g in local.task_account_grants : "${g.to} ${g.role}" => g }
  service_account_id = google_service_account.tasks.name
  role               = each.value.role
  member             = local.members[each.value.to]
}
