resource "google_firestore_database" "records" {
  name                    = "(default)"
  location_id             = coalesce(var.firestore_location, var.region)
  type                    = "FIRESTORE_NATIVE"
  delete_protection_state = local.protection
  deletion_policy         = var.deletion_protection ? "ABANDON" : "DELETE"
  # A week back to any minute.
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
}

# Found text is long, never searched for, and each index entry is paid for.
resource "google_firestore_field" "unindexed" {
  for_each   = toset(["metadata.text", "metadata.thumbhash"])
  database   = google_firestore_database.records.name
  collection = "images"
  field      = each.value

  index_config {}
}

# What Vision said, by content: long, never searched for, deleted when its day has come.
resource "google_firestore_field" "answers" {
  database   = google_firestore_database.records.name
  collection = "analyses"
  field      = "responses"

  index_config {}
}

resource "google_firestore_field" "answers_expire" {
  database   = google_firestore_database.records.name
  collection = "analyses"
  field      = "expireAt"

  index_config {}
  ttl_config {}
}

locals {
  protection = (
    var.deletion_protection
    ? "DELETE_PROTECTION_ENABLED"
    : "DELETE_PROTECTION_DISABLED"
  )

  # Firestore has no grants of its own: they stand on the project, and a
  # condition narrows them to the database.
  record_grants = [
    {
      to   = "gallery"
      role = "roles/datastore.viewer"
      why  = "shows records and listens for changes; it writes none"
    },
    {
      to   = "metadata"
      role = "roles/datastore.user"
      why  = "keeps what Vision said, by content"
    },
    {
      to   = "thumbnailer"
      role = "roles/datastore.user"
      why  = "moves records to ready or failed"
    },
    {
      to   = "workflow"
      role = "roles/datastore.user"
      why  = "claims records and writes verdicts"
    },
  ]
}

resource "google_project_iam_member" "records" {
  for_each = { for g in local.record_grants : "${g.to} ${g.role}" => g }
  project  = var.project
  role     = each.value.role
  member   = local.members[each.value.to]

  condition {
    title      = "records"
    expression = "resource.name == \"projects/${var.project}/databases/${google_firestore_database.records.name}\""
  }
}
