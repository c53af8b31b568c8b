# Events that no execution could be started for. The subscription that loses
# them belongs to Eventarc, so `tools/deployment` points it at this topic.
resource "google_pubsub_topic" "dead_letters" {
  name                       = "image-events-dead"
  message_retention_duration = "2678400s" # 31 days
}

resource "google_pubsub_subscription" "dead_letters" {
  name                       = "image-events-dead"
  topic                      = google_pubsub_topic.dead_letters.id
  message_retention_duration = "2678400s"
  ack_deadline_seconds       = 60

  # Nobody may read for months without it going away.
  expiration_policy {
    ttl = ""
  }
}

data "google_project" "project" {}

locals {
  pubsub_agent = "serviceAccount:service-${data.google_project.project.number}@gcp-sa-pubsub.iam.gserviceaccount.com"

  # Eventarc's own subscriptions, by trigger.
  event_subscriptions = {
    for name, trigger in google_eventarc_trigger.workflows :
    name => trigger.transport[0].pubsub[0].subscription
  }

  dead_letter_grants = concat(
    [
      {
        to   = "pubsub agent"
        role = "roles/pubsub.publisher"
        on   = "topic image-events-dead"
        why  = "forwards events that could not be delivered"
      },
    ],
    [
      for name, _ in local.workflows : {
        to   = "pubsub agent"
        role = "roles/pubsub.subscriber"
        on   = "subscription of trigger ${name}"
        why  = "acknowledges what it forwards"
      }
    ],
  )
}

resource "google_pubsub_topic_iam_member" "dead_letters" {
  topic  = google_pubsub_topic.dead_letters.name
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "events" {
  for_each     = local.workflows
  subscription = local.event_subscriptions[each.key]
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}
