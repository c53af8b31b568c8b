resource "google_service_account" "service" {
  account_id   = "safelight-${var.name}"
  display_name = "Safelight: ${var.description}"
}

resource "google_cloud_run_v2_service" "service" {
  name                = var.name
  description         = var.description
  location            = var.location
  ingress             = var.ingress
  deletion_protection = var.deletion_protection

  template {
    service_account                  = google_service_account.service.email
    timeout                          = "${var.size.timeout_s}s"
    max_instance_request_concurrency = var.size.concurrency
    # Pictures are decoded in child processes under a seccomp filter.
    execution_environment = "EXECUTION_ENVIRONMENT_GEN2"

    scaling {
      min_instance_count = var.size.min_instances
      max_instance_count = var.size.max_instances
    }

    containers {
      image = var.image

      resources {
        cpu_idle          = true
        startup_cpu_boost = true
        limits            = { cpu = var.size.cpu, memory = var.size.memory }
      }

      dynamic "env" {
        for_each = merge({ GOOGLE_CLOUD_PROJECT = var.project }, var.env)

        content {
          name  = env.key
          value = env.value
        }
      }

      startup_probe {
        period_seconds    = 2
        failure_threshold = 60

        dynamic "http_get" {
          for_each = var.probes.startup == null ? [] : [var.probes.startup]

          content {
            path = http_get.value
          }
        }

        dynamic "tcp_socket" {
          for_each = var.probes.startup == null ? [8080] : []

          content {
            port = tcp_socket.value
          }
        }
      }

      dynamic "liveness_probe" {
        for_each = var.probes.liveness == null ? [] : [var.probes.liveness]

        content {
          period_seconds    = 30
          timeout_seconds   = 10
          failure_threshold = 3

          http_get {
            path = liveness_probe.value
          }
        }
      }
    }
  }
}

resource "google_cloud_run_v2_service_iam_member" "callers" {
  for_each = var.callers
  name     = google_cloud_run_v2_service.service.name
  location = var.location
  role     = "roles/run.invoker"
  member   = each.value.member
}
