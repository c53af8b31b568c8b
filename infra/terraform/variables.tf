variable "alert_email" {
  description = "Who is told when something is wrong; nobody if null."
  type        = string
  default     = null
}

variable "budget" {
  description = "Tells when spending nears an amount a month; needs a billing account."
  type        = object({ billing_account = string, amount = number, currency = string })
  default     = null
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete services, records and pictures."
  type        = bool
  default     = true
  nullable    = false
}

variable "firestore_location" {
  description = "Where the records are: the region if null, else for example eur3. Cannot be changed later."
  type        = string
  default     = null
}

variable "gallery" {
  description = "Who sees the gallery: everybody, or these members, such as user:ann@example.com."

  type = object({
    public  = optional(bool, false)
    viewers = optional(set(string), [])
  })

  default  = {}
  nullable = false

  validation {
    condition     = !anytrue([for m in var.gallery.viewers : startswith(m, "all")])
    error_message = "To show the gallery to everybody say public = true."
  }
}

variable "images" {
  description = "Container image of each service, by digest."

  type = object({
    gallery     = string
    metadata    = string
    thumbnailer = string
  })

  nullable = false

  validation {
    condition = alltrue([
      for image in values(var.images) : can(regex("@sha256:[0-9a-f]{64}$", image))
    ])
    error_message = "An image ends with @sha256: and its digest; tags move."
  }
}

variable "project" {
  description = "Id of the project, best one that holds nothing else."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "Not the id of a project: 6 to 30 of a-z, 0-9 and -."
  }
}

variable "region" {
  description = "Where everything runs; a trigger must be where its bucket is."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "Not a region, such as europe-west1."
  }
}

variable "scale" {
  description = "Least and most instances of each service; the queue follows the thumbnailer's."

  type = object({
    gallery = optional(object({
      min = optional(number, 0)
      max = optional(number, 5)
    }), {})
    metadata = optional(object({
      min = optional(number, 0)
      max = optional(number, 20)
    }), {})
    thumbnailer = optional(object({
      min = optional(number, 0)
      max = optional(number, 20)
    }), {})
  })

  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for s in values(var.scale) : s.min >= 0 && s.min <= s.max && s.max >= 1 && s.max <= 100
    ])
    error_message = "From 1 to 100 instances, the least not above the most; more needs a larger quota."
  }
}

variable "senders" {
  description = "Who may put pictures into the uploads bucket, and sign URLs for browsers that do."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = !anytrue([for m in var.senders : startswith(m, "all")])
    error_message = "The uploads bucket is never open to everybody; sign URLs."
  }
}

variable "settings" {
  description = "Further environment of a service, as docs/reference/settings.md names it."
  type        = map(map(string))
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for s in keys(var.settings) : contains(["gallery", "metadata", "thumbnailer"], s)
    ])
    error_message = "Settings are for gallery, metadata or thumbnailer."
  }
}

variable "upload_origins" {
  description = "Sites whose pages may send pictures; the right to send comes from the signed URL."
  type        = list(string)
  default     = ["*"]
  nullable    = false

  validation {
    condition = alltrue([
      for o in var.upload_origins : o == "*" || can(regex("^https?://[^/*]+$", o))
    ])
    error_message = "An origin is * or a scheme and host, such as https://cms.example.com."
  }
}
