"""The composition root: alone it reads settings and builds clients and processes."""

import functools

import structlog
from google.cloud import storage

from metadata.app import App
from metadata.describe import Describer
from metadata.inspect import MODULE, Inspector
from metadata.original import Originals
from metadata.settings import MetadataSettings
from picture.children import Children
from safelight import google, logging
from safelight.policy import POLICIES
from safelight.settings import load


@functools.cache
def app() -> App:
    """Return the function of this process, built from the environment when first asked for."""
    return build(load(MetadataSettings))


def build(settings: MetadataSettings) -> App:
    """Return the function made from these settings, its decoding processes running."""
    logging.configure("metadata")
    policy = POLICIES[settings.policy]
    log = structlog.get_logger()
    log.info("service_started", policy=policy.name, gps=settings.gps)
    if policy.blind_to:
        log.warning("policy_blind", policy=policy.name, not_gating=list(map(str, policy.blind_to)))
    children = Children(MODULE, settings.children, settings.limits)
    children.warm_up()
    originals = Originals(google.make(storage.Client), settings.max_bytes)
    inspector = Inspector(children)
    describer = Describer(originals.fetched, inspector.inspect, policy, gps=settings.gps)
    return App(describer, settings.google_cloud_project)
