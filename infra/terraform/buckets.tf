# Buckets apart, because Eventarc filters by bucket only: no output may start
# the pipeline again, and no refused picture may lie where others are served.
locals {
  buckets = {
    analysis = {
      keep_deleted_days = 0 # they can be made again
      versioning        = false
    }
    uploads = {
      keep_deleted_days = 7
      versioning        = false
    }
    variants = {
      keep_deleted_days = 0 # they can be rendered again
      versioning        = false
    }
    quarantine = {
      keep_deleted_days = 7
      versioning        = false
    }
    originals = {
      keep_deleted_days = 30
      versioning        = true # the only copy
    }
  }

  bucket_names = { for name, _ in local.buckets : name => "${var.project}-${name}" }

  # What Vision has looked at is of no use to anybody later.
  delete_after_days = { analysis = 7 }

  bucket_grants = [
    {
      on   = "analysis"
      to   = "metadata"
      role = "roles/storage.objectCreator"
      why  = "stores what Vision is to see; it cannot replace it"
    },
    {
      on   = "analysis"
      to   = "metadata"
      role = "roles/storage.objectViewer"
      why  = "finds what an earlier attempt stored"
    },
    {
      on   = "analysis"
      to   = "workflow"
      role = "roles/storage.objectViewer"
      why  = "Vision reads renditions with the rights of its caller"
    },
    {
      on   = "uploads"
      to   = "gallery"
      role = "roles/storage.objectCreator"
      why  = "stores what its form is given; it can neither read nor replace"
    },
    {
      on   = "uploads"
      to   = "metadata"
      role = "roles/storage.objectViewer"
      why  = "reads the picture that it describes"
    },
    {
      on   = "uploads"
      to   = "sender"
      role = "roles/storage.objectCreator"
      why  = "signs the URLs by which browsers and apps send pictures"
    },
    {
      on   = "uploads"
      to   = "thumbnailer"
      role = "roles/storage.objectViewer"
      why  = "reads the picture that it renders"
    },
    {
      on   = "quarantine"
      to   = "thumbnailer"
      role = "roles/storage.objectViewer"
      why  = "reads a refused picture that a reviewer let pass"
    },
    {
      on   = "quarantine"
      to   = "workflow"
      role = "roles/storage.objectCreator"
      why  = "copies refused originals there; it cannot replace them"
    },
    {
      on   = "quarantine"
      to   = "workflow"
      role = "roles/storage.objectViewer"
      why  = "finds a copy that it made when the answer was lost"
    },
    {
      on   = "uploads"
      to   = "workflow"
      role = "roles/storage.objectUser"
      why  = "deletes refused originals; Vision reads gs:// with the rights of its caller"
    },
    {
      on   = "variants"
      to   = "gallery"
      role = "roles/storage.objectViewer"
      why  = "shows the variants"
    },
    {
      on   = "variants"
      to   = "thumbnailer"
      role = "roles/storage.objectUser"
      why  = "stores variants, looks at those that exist, removes outdated ones"
    },
  ]
}

resource "google_storage_bucket" "buckets" {
  for_each                    = local.buckets
  name                        = local.bucket_names[each.key]
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  versioning {
    enabled = each.value.versioning
  }

  soft_delete_policy {
    retention_duration_seconds = each.value.keep_deleted_days * 24 * 60 * 60
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1
    }
  }

  dynamic "lifecycle_rule" {
    for_each = each.value.versioning ? [90] : []

    content {
      action {
        type = "Delete"
      }
      condition {
        days_since_noncurrent_time = lifecycle_rule.value
        with_state                 = "ARCHIVED"
      }
    }
  }

  dynamic "lifecycle_rule" {
    for_each = compact([lookup(local.delete_after_days, each.key, "")])

    content {
      action {
        type = "Delete"
      }
      condition {
        age = lifecycle_rule.value
      }
    }
  }

  # A browser must send exactly the headers that were signed.
  dynamic "cors" {
    for_each = each.key == "uploads" ? [var.upload_origins] : []

    content {
      origin          = cors.value
      method          = ["PUT", "POST"]
      max_age_seconds = 3600
      response_header = [
        "Content-Range",
        "Content-Type",
        "Location",
        "Range",
        "x-goog-content-length-range",
        "x-goog-if-generation-match",
        "x-goog-resumable",
      ]
    }
  }
}

resource "google_storage_bucket_iam_member" "buckets" {
  for_each = { for g in local.bucket_grants : "${g.on} ${g.to} ${g.role}" => g }
  bucket   = google_storage_bucket.buckets[each.value.on].name
  role     = each.value.role
  member   = local.members[each.value.to]
}
