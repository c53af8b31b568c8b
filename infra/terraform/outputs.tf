output "dead_letters" {
  description = "Topic for lost events, and Eventarc's subscriptions to point at it."

  value = {
    topic         = google_pubsub_topic.dead_letters.id
    subscriptions = local.event_subscriptions
  }

  depends_on = [
    google_pubsub_subscription_iam_member.events,
    google_pubsub_topic_iam_member.dead_letters,
  ]
}

output "gallery_url" {
  description = "Where the pictures can be seen."
  value       = module.gallery.uri
}

output "images" {
  description = "What is deployed."
  value       = var.images
}

output "permissions" {
  description = "Every grant of this configuration, and why."
  value       = local.permissions
}

output "send_a_picture" {
  description = "How to send a picture."
  value       = "gcloud storage cp PICTURE gs://${google_storage_bucket.buckets["uploads"].name}/"

  depends_on = [google_eventarc_trigger.workflows]
}

output "sender_account" {
  description = "In whose name upload URLs are signed."
  value       = google_service_account.sender.email
}

output "uploads_bucket" {
  description = "Where pictures are sent to."
  value       = google_storage_bucket.buckets["uploads"].name
}
