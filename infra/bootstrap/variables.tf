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
  description = "Where images are kept; the same as the application's."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "Not a region, such as europe-west1."
  }
}

variable "state_bucket" {
  description = "Whether to create a bucket for the state of Terraform."
  type        = bool
  default     = true
  nullable    = false
}
