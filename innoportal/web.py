"""Hooks of gunicorn (`--config python:innoportal.web`)."""

import gc
import logging
import threading
from typing import Any

from gunicorn.glogging import Logger

from innoportal.discreet import make_discreet

logger = logging.getLogger(__name__)


class DiscreetLogger(Logger):
    """The requests without the secret part of a link or what stands in a query string."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            make_discreet(log)


logger_class = DiscreetLogger


def pre_fork(server: Any, worker: Any) -> None:
    """What is there before a fork is not looked through for garbage: that would write to it, and copy it."""
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    """The models are read after the fork and beside the first requests, so that no search waits for them."""
    threading.Thread(target=warm, name="warm", daemon=True).start()


def warm() -> None:
    from django.contrib.auth.models import AnonymousUser
    from django.db import connection

    from matching import services

    try:
        services.search("lift 升降機", user=AnonymousUser())
    except Exception:
        logger.warning("The first search failed; the next one tries again.", exc_info=True)
    finally:
        connection.close()
