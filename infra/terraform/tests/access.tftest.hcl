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

run "nothing_is_public" {
  command = plan

  assert {
    condition     = length(module.gallery.grants) == 0
    error_message = "Nobody may call the gallery unless named."
  }

  assert {
    condition     = alltrue([for p in output.permissions : !startswith(p.to, "all")])
    error_message = "A grant is for everybody."
  }

  assert {
    condition = alltrue([
      for b in google_storage_bucket.buckets :
      b.public_access_prevention == "enforced" && b.uniform_bucket_level_access
    ])
    error_message = "A bucket could be made public."
  }
}

run "the_gallery_is_public_on_request_and_nothing_else" {
  command = plan

  variables {
    gallery = { public = true }
  }

  assert {
    condition     = [for p in output.permissions : p.on if p.to == "allUsers"] == ["service gallery"]
    error_message = "More than the gallery is public."
  }
}

run "each_grant_has_a_reason_of_its_own" {
  command = plan

  assert {
    condition     = alltrue([for p in output.permissions : length(p.why) > 10])
    error_message = "A grant has no reason."
  }

  assert {
    condition     = length(output.permissions) == length(distinct([for p in output.permissions : "${p.to} ${p.role} ${p.on}"]))
    error_message = "A grant is told twice."
  }
}

run "on_the_project_only_what_has_no_smaller_place" {
  command = plan

  assert {
    condition = toset([for p in output.permissions : "${p.to} ${p.role}" if p.on == "project"]) == toset([
      "storage agent roles/pubsub.publisher",
      "trigger roles/eventarc.eventReceiver",
      "trigger roles/workflows.invoker",
      "workflow roles/logging.logWriter",
    ])
    error_message = "Another grant stands on the project."
  }
}

run "an_image_without_digest_is_refused" {
  command = plan

  variables {
    images = { gallery = "a:latest", metadata = "a:latest", thumbnailer = "a:latest" }
  }

  expect_failures = [var.images]
}
