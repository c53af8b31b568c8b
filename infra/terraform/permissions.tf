# Who is who in the grants of this configuration.
locals {
  members = {
    gallery         = module.gallery.member
    metadata        = module.metadata.member
    "pubsub agent"  = local.pubsub_agent
    sender          = google_service_account.sender.member
    "storage agent" = data.google_storage_project_service_account.storage.member
    tasks           = google_service_account.tasks.member
    thumbnailer     = module.thumbnailer.member
    trigger         = google_service_account.trigger.member
    workflow        = google_service_account.workflow.member
  }

  permissions = concat(
    [for g in local.bucket_grants : merge(g, { on = "bucket ${g.on}" })],
    [for g in local.queue_grants : merge(g, { on = "queue render" })],
    [for g in local.record_grants : merge(g, { on = "database (default)" })],
    [for g in local.task_account_grants : merge(g, { on = "account tasks" })],
    [for g in local.trigger_grants : merge(g, { on = "project" })],
    [for g in local.workflow_grants : merge(g, { on = "project" })],
    local.dead_letter_grants,
    local.sender_grants,
    module.gallery.grants,
    module.metadata.grants,
    module.thumbnailer.grants,
  )
}
