locals {
  thumbnailer = {
    children = 2
    # One more than it renders, so that the next original is fetched meanwhile.
    concurrency  = 3
    max_attempts = 8
  }
}

module "thumbnailer" {
  source              = "./modules/service"
  name                = "thumbnailer"
  description         = "renders variants"
  project             = var.project
  location            = var.region
  image               = var.images.thumbnailer
  deletion_protection = var.deletion_protection
  probes              = { startup = "/readyz", liveness = "/healthz" }

  # Each child may use 1.25 GiB; each request keeps its original in memory,
  # up to 200 MB.
  size = {
    cpu           = "2"
    memory        = "4Gi"
    concurrency   = local.thumbnailer.concurrency
    min_instances = var.scale.thumbnailer.min
    max_instances = var.scale.thumbnailer.max
    timeout_s     = 300
  }

  env = merge(
    {
      MAX_ATTEMPTS    = local.thumbnailer.max_attempts
      RENDER_CHILDREN = local.thumbnailer.children
      VARIANTS_BUCKET = local.bucket_names["variants"]
    },
    lookup(var.settings, "thumbnailer", {}),
  )

  callers = {
    tasks = {
      member = google_service_account.tasks.member
      why    = "delivers render tasks"
    }
  }
}
