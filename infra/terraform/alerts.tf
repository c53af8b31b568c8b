resource "google_monitoring_notification_channel" "email" {
  count        = var.alert_email == null ? 0 : 1
  display_name = "Safelight"
  type         = "email"
  labels       = { email_address = var.alert_email }
}

locals {
  channels = google_monitoring_notification_channel.email[*].id

  log_metric = {
    for name, metric in google_logging_metric.events :
    name => "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${metric.name}\""
  }

  # What is measured over window_s, compared with threshold.
  alerts = {
    "Executions fail" = {
      filter    = "resource.type=\"workflows.googleapis.com/Workflow\" AND metric.type=\"workflows.googleapis.com/finished_execution_count\" AND metric.labels.status=\"FAILED\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      window_s  = 300
      threshold = 0
      what      = "Records of the pictures say why, with code workflow_failed. Once the cause is gone, redrive them."
    }
    "Tasks wait" = {
      filter    = "resource.type=\"cloud_tasks_queue\" AND metric.type=\"cloudtasks.googleapis.com/queue/depth\" AND resource.labels.queue_id=\"${google_cloud_tasks_queue.render.name}\""
      aligner   = "ALIGN_MIN"
      reducer   = "REDUCE_SUM"
      window_s  = 900
      threshold = 5000
      what      = "The thumbnailer does not keep up, or answers 503. Look at its log, then at scale.thumbnailer."
    }
    "Tasks are old" = {
      filter    = "resource.type=\"cloud_tasks_queue\" AND metric.type=\"cloudtasks.googleapis.com/queue/task_attempt_delays\" AND resource.labels.queue_id=\"${google_cloud_tasks_queue.render.name}\""
      aligner   = "ALIGN_PERCENTILE_95"
      reducer   = "REDUCE_MAX"
      window_s  = 900
      threshold = 10 * 60 * 1000 # ms
      what      = "Tasks are attempted ten minutes after they are due: pictures show late."
    }
    "Events are lost" = {
      filter    = "resource.type=\"pubsub_subscription\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.dead_letters.name}\""
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_SUM"
      window_s  = 300
      threshold = 0
      what      = "No execution could be started for an upload. The events are kept 31 days in image-events-dead."
    }
    "Services crash" = {
      filter    = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/request_count\" AND metric.labels.response_code_class=\"5xx\" AND resource.labels.service_name!=\"thumbnailer\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      window_s  = 300
      threshold = 10
      what      = "The gallery or the metadata function answers 5xx. Their logs say why. (The thumbnailer's 503 means: later.)"
    }
  }

  # A share of all, over an hour.
  share_alerts = {
    "Quarantine spikes" = {
      metric    = "pictures_described"
      label     = "outcome"
      value     = "quarantined"
      threshold = 0.3
      what      = "Either somebody sends what should not be shown, or Vision does not answer: the gate is closed when in doubt."
    }
    "Renders fail" = {
      metric    = "renders_finished"
      label     = "result"
      value     = "failed"
      threshold = 0.1
      what      = "Records of the pictures say why. Many attempts_used_up: something that rendering needs was away."
    }
  }
}

resource "google_monitoring_alert_policy" "alerts" {
  for_each              = local.alerts
  display_name          = "Safelight: ${each.key}"
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = each.key

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.threshold
      duration        = "0s"

      aggregations {
        alignment_period     = "${each.value.window_s}s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
      }
    }
  }

  documentation {
    content   = each.value.what
    mime_type = "text/markdown"
  }
}

resource "google_monitoring_alert_policy" "shares" {
  for_each              = local.share_alerts
  display_name          = "Safelight: ${each.key}"
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = each.key

    condition_threshold {
      filter             = "${local.log_metric[each.value.metric]} AND metric.labels.${each.value.label}=\"${each.value.value}\""
      denominator_filter = local.log_metric[each.value.metric]
      comparison         = "COMPARISON_GT"
      threshold_value    = each.value.threshold
      duration           = "0s"

      aggregations {
        alignment_period     = "3600s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }

      denominator_aggregations {
        alignment_period     = "3600s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    content   = each.value.what
    mime_type = "text/markdown"
  }
}

resource "google_billing_budget" "budget" {
  count           = var.budget == null ? 0 : 1
  display_name    = "Safelight"
  billing_account = var.budget.billing_account

  budget_filter {
    projects = ["projects/${data.google_project.project.number}"]
  }

  amount {
    specified_amount {
      currency_code = var.budget.currency
      units         = var.budget.amount
    }
  }

  dynamic "threshold_rules" {
    for_each = [0.5, 0.9, 1.0]

    content {
      threshold_percent = threshold_rules.value
    }
  }

  # Without a channel the billing administrators are told.
  dynamic "all_updates_rule" {
    for_each = var.alert_email == null ? [] : [local.channels]

    content {
      monitoring_notification_channels = all_updates_rule.value
    }
  }
}
