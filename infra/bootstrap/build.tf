resource "google_service_account" "build" {
  account_id   = "safelight-build"
  display_name = "Safelight: builds the images"
  depends_on   = [google_project_service.apis]
}

resource "google_storage_bucket" "source" {
  name                        = "${var.project}-safelight-source"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true

  # A build reads its source once.
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = 7
    }
  }

  soft_delete_policy {
    retention_duration_seconds = 0
  }

  depends_on = [google_project_service.apis]
}

locals {
  members = { build = google_service_account.build.member }

  build_project_grants = [
    {
      to   = "build"
      role = "roles/logging.logWriter"
      why  = "writes the build's log; there is no smaller place to grant it on"
    },
  ]

  source_grants = [
    {
      to   = "build"
      role = "roles/storage.objectViewer"
      why  = "reads the source that gcloud uploads"
    },
  ]
}

resource "google_project_iam_member" "build" {
  for_each = { for g in local.build_project_grants : "${g.to} ${g.role}" => g }
  project  = var.project
  role     = each.value.role
  member   = local.members[each.value.to]
}

resource "google_storage_bucket_iam_member" "source" {
  for_each = { for g in local.source_grants : "${g.to} ${g.role}" => g }
  bucket   = google_storage_bucket.source.name
  role     = each.value.role
  member   = local.members[each.value.to]
}
