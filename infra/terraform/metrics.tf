# Counts taken from the log lines of the services.
locals {
  log_metrics = {
    pictures_described = {
      description = "Pictures that the metadata function described, by outcome"
      service     = "metadata"
      event       = "picture_described"
      labels      = ["outcome"]
    }
    renders_finished = {
      description = "Render tasks that came to an end, by result"
      service     = "thumbnailer"
      event       = "render_finished"
      labels      = ["code", "result"]
    }
  }
}

resource "google_logging_metric" "events" {
  for_each    = local.log_metrics
  name        = "safelight/${each.key}"
  description = each.value.description

  filter = join(" AND ", [
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=\"${each.value.service}\"",
    "jsonPayload.event=\"${each.value.event}\"",
  ])

  label_extractors = {
    for label in each.value.labels : label => "EXTRACT(jsonPayload.${label})"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"

    dynamic "labels" {
      for_each = each.value.labels

      content {
        key = labels.value
      }
    }
  }
}
