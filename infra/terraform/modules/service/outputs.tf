output "grants" {
  description = "The grants on the service, as the root's permissions have them."

  value = [
    for name, caller in var.callers : {
      to   = name
      role = "roles/run.invoker"
      on   = "service ${var.name}"
      why  = caller.why
    }
  ]
}

output "member" {
  description = "The service's account, as IAM names it."
  value       = google_service_account.service.member
}

output "uri" {
  description = "Address of the service, once its callers may call it."
  value       = google_cloud_run_v2_service.service.uri

  depends_on = [google_cloud_run_v2_service_iam_member.callers]
}
