variable "callers" {
  description = "Who may call the service, and why."
  type        = map(object({ member = string, why = string }))
  default     = {}
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete the service."
  type        = bool
  nullable    = false
}

variable "description" {
  description = "What the service does, for the console."
  type        = string
  nullable    = false
}

variable "env" {
  description = "Environment, beside GOOGLE_CLOUD_PROJECT."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "image" {
  description = "Container image, by digest."
  type        = string
  nullable    = false
}

variable "ingress" {
  description = "From where it can be reached."
  type        = string
  default     = "INGRESS_TRAFFIC_INTERNAL_ONLY"
  nullable    = false
}

variable "location" {
  description = "Region."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Name of the service; its account is safelight-NAME."
  type        = string
  nullable    = false
}

variable "probes" {
  description = "Paths asked for health; without one only the port is tried."
  type        = object({ startup = optional(string), liveness = optional(string) })
  default     = {}
  nullable    = false
}

variable "project" {
  description = "Id of the project; ties log lines to their traces."
  type        = string
  nullable    = false
}

variable "size" {
  description = "What an instance has, takes at a time, and how many there are."
  nullable    = false

  type = object({
    concurrency   = number
    cpu           = string
    max_instances = number
    memory        = string
    min_instances = number
    timeout_s     = number
  })
}
