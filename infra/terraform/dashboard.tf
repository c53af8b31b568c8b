locals {
  # Title => what is shown, and what tells the lines apart.
  charts = {
    "Pictures described, by outcome" = {
      filter  = local.log_metric.pictures_described
      aligner = "ALIGN_RATE"
      reducer = "REDUCE_SUM"
      by      = "metric.label.outcome"
    }
    "Renders finished, by result" = {
      filter  = local.log_metric.renders_finished
      aligner = "ALIGN_RATE"
      reducer = "REDUCE_SUM"
      by      = "metric.label.result"
    }
    "Executions finished, by status" = {
      filter  = "resource.type=\"workflows.googleapis.com/Workflow\" AND metric.type=\"workflows.googleapis.com/finished_execution_count\""
      aligner = "ALIGN_RATE"
      reducer = "REDUCE_SUM"
      by      = "metric.label.status"
    }
    "Tasks waiting" = {
      filter  = "resource.type=\"cloud_tasks_queue\" AND metric.type=\"cloudtasks.googleapis.com/queue/depth\""
      aligner = "ALIGN_MAX"
      reducer = "REDUCE_SUM"
      by      = "resource.label.queue_id"
    }
    "Time to answer, 95th percentile" = {
      filter  = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/request_latencies\""
      aligner = "ALIGN_PERCENTILE_95"
      reducer = "REDUCE_MAX"
      by      = "resource.label.service_name"
    }
    "Instances" = {
      filter  = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/container/instance_count\""
      aligner = "ALIGN_MAX"
      reducer = "REDUCE_SUM"
      by      = "resource.label.service_name"
    }
  }

  widgets = [
    for title, chart in local.charts : {
      title = title
      xyChart = {
        dataSets = [
          {
            plotType = "LINE"
            timeSeriesQuery = {
              timeSeriesFilter = {
                filter = chart.filter
                aggregation = {
                  alignmentPeriod    = "60s"
                  perSeriesAligner   = chart.aligner
                  crossSeriesReducer = chart.reducer
                  groupByFields      = [chart.by]
                }
              }
            }
          },
        ]
      }
    }
  ]
}

resource "google_monitoring_dashboard" "safelight" {
  dashboard_json = jsonencode({
    displayName = "Safelight"
    gridLayout  = { columns = 2, widgets = local.widgets }
  })
}
