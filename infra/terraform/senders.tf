# Whoever signs an upload URL signs in the name of this account, which may
# create objects in the uploads bucket and nothing else.
resource "google_service_account" "sender" {
  account_id   = "safelight-sender"
  display_name = "Safelight: in whose name upload URLs are signed"
}

resource "google_service_account_iam_member" "signers" {
  for_each           = var.senders
  service_account_id = google_service_account.sender.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = each.value
}

resource "google_storage_bucket_iam_member" "senders" {
  for_each = var.senders
  bucket   = google_storage_bucket.buckets["uploads"].name
  role     = "roles/storage.objectCreator"
  member   = each.value
}

locals {
  sender_grants = concat(
    [
      for m in sort(var.senders) : {
        to   = m
        role = "roles/iam.serviceAccountTokenCreator"
        on   = "account sender"
        why  = "named in senders: signs upload URLs"
      }
    ],
    [
      for m in sort(var.senders) : {
        to   = m
        role = "roles/storage.objectCreator"
        on   = "bucket uploads"
        why  = "named in senders: copies pictures into the bucket"
      }
    ],
  )
}
