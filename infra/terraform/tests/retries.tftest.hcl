# Run by tests/infra, which stands in for the provider: `make test`.
variables {
  project = "an-example-project"
  region  = "europe-west1"

  images = {
    gallery     = "example/gallery@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    metadata    = "example/metadata@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    thumbnailer = "example/thumbnailer@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  }
}

run "the_queue_tries_again_but_not_for_ever" {
  command = plan

  assert {
    condition     = google_cloud_tasks_queue.render.retry_config[0].max_attempts == 8
    error_message = "The thumbnailer records what fails at its last attempt, the eighth."
  }
}

run "the_queue_grows_with_the_thumbnailer" {
  command = plan

  variables {
    scale = { thumbnailer = { max = 7 } }
  }

  assert {
    condition     = google_cloud_tasks_queue.render.rate_limits[0].max_concurrent_dispatches == 21
    error_message = "The queue sends more, or less, than the instances take."
  }
}

run "what_is_kept_is_protected_until_said_otherwise" {
  command = plan

  assert {
    condition     = google_firestore_database.records.delete_protection_state == "DELETE_PROTECTION_ENABLED"
    error_message = "The records are not protected."
  }

  assert {
    condition     = alltrue([for b in google_storage_bucket.buckets : !b.force_destroy])
    error_message = "A bucket goes away with its pictures."
  }
}
