"""The composition root: alone it reads settings and builds clients and processes."""

import functools
from datetime import timedelta

import structlog
from google.cloud import firestore, storage

from metadata.analyses import Analyses
from metadata.app import App
from metadata.describe import Describer
from metadata.examine import Examiner
from metadata.inspect import MODULE, Inspector
from metadata.original import Originals
from metadata.renditions import Renditions
from metadata.settings import MetadataSettings
from picture.process.children import Children
from safelight import google, logging
from safelight.settings import load


@functools.cache
def app() -> App:
    """Return the function of this process, built from the environment when first asked for."""
    return build(load(MetadataSettings))


def build(settings: MetadataSettings) -> App:
    """Return the function made from these settings, its decoding processes running."""
    logging.configure("metadata")
    policy = settings.gate
    log = structlog.get_logger()
    log.info("service_started", policy=policy.name, gps=settings.gps)
    if policy.blind_to:
        log.warning("policy_blind", policy=policy.name, not_gating=list(map(str, policy.blind_to)))
    children = Children(MODULE, settings.children, settings.limits)
    children.warm_up()
    buckets = google.make(storage.Client)
    originals = Originals(buckets, settings.max_bytes)
    keep_for = timedelta(days=settings.keep_answers_days)
    analyses = Analyses(google.make(firestore.Client), keep_for)
    examiner = Examiner(
        fetch=originals.fetched,
        inspect=Inspector(children, settings.judged_frames).inspect,
        store=Renditions(buckets, settings.analysis_bucket).store,
        is_known=analyses.has,
        version=settings.questions.version,
        gps=settings.gps,
    )
    describer = Describer(analyses.recall, analyses.keep, originals.is_live, policy)
    return App(examiner, describer, settings.questions, settings.google_cloud_project)
