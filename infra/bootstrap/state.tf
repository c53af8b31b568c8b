resource "google_storage_bucket" "state" {
  count                       = var.state_bucket ? 1 : 0
  name                        = "${var.project}-safelight-state"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      num_newer_versions = 20
      with_state         = "ARCHIVED"
    }
  }

  depends_on = [google_project_service.apis]
}
