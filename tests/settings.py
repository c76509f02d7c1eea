"""The portal's settings, in a place of their own and with what makes tests quick."""

import os

from tests import slots

slots.claim()
os.environ["INNOPORTAL_ENV"] = os.devnull  # what a developer has in .env changes no test
os.environ.setdefault("SECRET_KEY", "for tests only, and long enough to be taken for a key")
os.environ.setdefault("HTTPS", "false")

from innoportal.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Argon2 is slow on purpose
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  WhiteNoise warns of a folder that is not there
