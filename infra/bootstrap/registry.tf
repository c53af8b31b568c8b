resource "google_artifact_registry_repository" "images" {
  repository_id = "safelight"
  description   = "Container images of Safelight"
  location      = var.region
  format        = "DOCKER"

  # Rolling back needs a few of the last images, not all of them. Each build
  # makes two: the image, and the stage that the next build reuses.
  cleanup_policies {
    id     = "keep-the-last"
    action = "KEEP"

    most_recent_versions {
      keep_count = 20
    }
  }

  cleanup_policies {
    id     = "delete-the-others"
    action = "DELETE"

    condition {
      older_than = "2592000s" # 30 days
    }
  }

  depends_on = [google_project_service.apis]
}

locals {
  registry_grants = [
    {
      to   = "build"
      role = "roles/artifactregistry.writer"
      why  = "pushes the images that it builds, and pulls them as a cache"
    },
  ]
}

resource "google_artifact_registry_repository_iam_member" "images" {
  for_each   = { for g in local.registry_grants : "${g.to} ${g.role}" => g }
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = each.value.role
  member     = local.members[each.value.to]
}
