locals {
  metadata = {
    children    = 2
    concurrency = 4
  }
}

module "metadata" {
  source              = "./modules/service"
  name                = "metadata"
  description         = "describes pictures and decides verdicts"
  project             = var.project
  location            = var.region
  image               = var.images.metadata
  deletion_protection = var.deletion_protection

  # Each child may use 1.25 GiB; each request keeps its picture in memory,
  # up to 200 MB, as the file system of an instance is memory too.
  size = {
    cpu           = "2"
    memory        = "4Gi"
    concurrency   = local.metadata.concurrency
    min_instances = var.scale.metadata.min
    max_instances = var.scale.metadata.max
    timeout_s     = 300
  }

  env = merge(
    {
      ANALYSIS_BUCKET = google_storage_bucket.buckets["analysis"].name
      CHILDREN        = local.metadata.children
      OBJECTS         = "true"
      POLICY          = "cloud-v1"
    },
    lookup(var.settings, "metadata", {}),
  )

  callers = {
    workflow = {
      member = google_service_account.workflow.member
      why    = "has pictures inspected, described and judged"
    }
  }
}
