locals {
  gallery_callers = merge(
    {
      for m in var.gallery.viewers : m => {
        member = m
        why    = "named in gallery.viewers"
      }
    },
    {
      for m in ["allUsers"] : m => {
        member = m
        why    = "gallery.public is true"
      } if var.gallery.public
    },
  )
}

module "gallery" {
  source              = "./modules/service"
  name                = "gallery"
  description         = "shows the pictures, and takes new ones"
  project             = var.project
  location            = var.region
  image               = var.images.gallery
  ingress             = "INGRESS_TRAFFIC_ALL"
  deletion_protection = var.deletion_protection
  probes              = { startup = "/healthz", liveness = "/healthz" }
  callers             = local.gallery_callers

  # An open page holds a request for as long as Cloud Run allows.
  size = {
    cpu           = "1"
    memory        = "1Gi"
    concurrency   = 250
    min_instances = var.scale.gallery.min
    max_instances = var.scale.gallery.max
    timeout_s     = 3600
  }

  env = merge(
    {
      LIVE_PAGES = 200
      # Cloud Run takes 32 MiB over HTTP/1; what is larger is sent by signed URL.
      MAX_FILE_BYTES    = 32 * 1024 * 1024
      MAX_REQUEST_BYTES = 32 * 1024 * 1024
      UPLOAD_BUCKET     = local.bucket_names["uploads"]
      VARIANTS_BUCKET   = local.bucket_names["variants"]
    },
    lookup(var.settings, "gallery", {}),
  )
}
