"""Every method of the JSON API that is there."""

from localcloud.storage import (
    batch_api,
    buckets_api,
    copying_api,
    notifications_api,
    objects_api,
    uploads_api,
)

ROUTES = (
    *objects_api.ROUTES,
    *uploads_api.ROUTES,
    *copying_api.ROUTES,
    *buckets_api.ROUTES,
    *notifications_api.ROUTES,
    *batch_api.ROUTES,
)
