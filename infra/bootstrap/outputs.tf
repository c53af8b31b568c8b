output "build_account" {
  description = "The account that builds, for gcloud builds submit."
  value       = google_service_account.build.id
}

output "permissions" {
  description = "Every grant of this configuration, and why."

  value = concat(
    [
      for g in local.build_project_grants : merge(g, { on = "project" })
    ],
    [
      for g in local.source_grants : merge(g, { on = "bucket source" })
    ],
    [
      for g in local.registry_grants : merge(g, { on = "repository safelight" })
    ],
  )
}

output "repository" {
  description = "Where images are pushed to."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}"

  depends_on = [google_artifact_registry_repository_iam_member.images]
}

output "source_bucket" {
  description = "Where gcloud uploads the source to."
  value       = google_storage_bucket.source.name

  depends_on = [google_storage_bucket_iam_member.source]
}

output "state_bucket" {
  description = "Where the state of Terraform may be kept; empty if not created."
  value       = one(google_storage_bucket.state[*].name)
}
