"""One file for every environment; they differ by values (.env.example lists the names), never by code.

What no environment changes, and is long, stands beside it: `browsers` and `api_manner`.
"""

import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # see innoportal/celery.py

import dj_database_url
import dj_email_url
from environs import Env, validate
from redis.backoff import NoBackoff
from redis.retry import Retry
from whitenoise.compress import Compressor

from innoportal import embedded
from innoportal.api_manner import API as _api
from innoportal.api_manner import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from innoportal.browsers import CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY
from innoportal.browsers import MIDDLEWARE as MIDDLEWARE
from innoportal.browsers import PERMISSIONS_POLICY as PERMISSIONS_POLICY
from innoportal.limits import ACCOUNT_RATE_LIMITS as ACCOUNT_RATE_LIMITS

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(os.environ.get("INNOPORTAL_ENV", str(BASE_DIR / ".env")), recurse=False)

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY")  # no default: a missing secret must stop the start
HTTPS = env.bool("HTTPS", True)  # False only on loopback
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")  # links in mails, PDF and feeds
MAILS_A_DAY = env.int("MAILS_A_DAY", 100)  # to one person; more are held for the portal office
ANNOUNCEMENT_TO = env.int("ANNOUNCEMENT_TO", 200)  # people; one for more is released by a second person
DEMONSTRATION = env.bool("DEMONSTRATION", False)
DATA_DIR = embedded.data_dir()

# --- services -----------------------------------------------------------------------------------------
_database = env.str("DATABASE_URL", "") or embedded.database_url()
# A new connection costs more processor time than most pages: the password is hashed on both sides.
DATABASES = {"default": dj_database_url.parse(_database, conn_max_age=60, conn_health_checks=True)}
# Who is cut off from the database learns of it in a minute, and not in the two hours of the system's own.
DATABASES["default"]["OPTIONS"] = {  # type: ignore[typeddict-unknown-key]
    **{"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3},
    **{"tcp_user_timeout": 60_000},  # milliseconds
    **DATABASES["default"].get("OPTIONS", {}),
}
REDIS_URL = env.str("REDIS_URL", "") or embedded.redis_url()
CACHES = {
    "default": {
        "BACKEND": "innoportal.lib.cache.Cache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2, "retry": Retry(NoBackoff(), 0)},
    }
}
_email = dj_email_url.parse(env.str("EMAIL_URL", "") or embedded.email_url())
EMAIL_BACKEND, MAIL_TRANSPORT = "notifications.posting.Backend", _email["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _email["EMAIL_HOST"], _email["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_USER"], _email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _email.get("EMAIL_USE_TLS", False), _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 20)  # seconds, for each answer of the mail server
# Seconds; then a mail is given to another worker: more than a sending takes.
MAIL_LEASE = env.int("MAIL_LEASE", 300)
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", "")  # mails come back to its parts after a +
# Its mails can be read at /mail/ by everyone: never where others can reach the portal.
MAIL_CATCHER = not env.str("EMAIL_URL", "") and not HTTPS
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "InnoPortal <portal@example.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
CONTACT = env.str("CONTACT", "portal@example.org")
SECURITY_CONTACT = env.str("SECURITY_CONTACT", "security@example.org")

# --- rooms --------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "trials",
    "matching",
    "wishes",
    "solutions",
    "desk",
    "notifications",
    "documents",
    "innoportal.backup",
    "innoportal.demonstration",
    "innoportal.lib",
    "journal",
    "accounts",
    "topics",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "pgtrigger",
    "rest_framework",
    "rules",
    "template_partials",
]
ROOT_URLCONF = "innoportal.urls"
WSGI_APPLICATION = "innoportal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "innoportal.lib.renderers.PortalFormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["innoportal.lib.templatetags.languages", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "innoportal.lib.context.portal",
                "notifications.context.unread",
            ],
        },
    }
]

# --- people -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workspace"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "notifications.letters.account.OutboxAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", False) else 0  # whose address rate limits count
# Of a gateway that many share, more sign-ins may fail within a minute.
SIGN_IN_FAILURES_OF_NETWORK = env.int("SIGN_IN_FAILURES_OF_NETWORK", 5)
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "InnoPortal"
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", HTTPS)  # before who has a role changes anything
USERSESSIONS_TRACK_ACTIVITY = False
USERSESSIONS_ADAPTER = "accounts.sessions.SessionsAdapter"

SESSION_IDLE = env.int("SESSION_IDLE", 2 * 3600)  # seconds without use
SESSION_LONGEST = SESSION_COOKIE_AGE = env.int("SESSION_LONGEST", 12 * 3600)  # seconds in all
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 2 * 365 * 86400
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
CSRF_FAILURE_VIEW = "innoportal.health.without_token"
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- languages ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Hong_Kong"
USE_TZ = True

# --- files --------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Never served as such: documents/views.py asks first.
MEDIA_ROOT = Path(env.str("MEDIA", str(DATA_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "innoportal.lib.storage.WholeFiles"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]  # for debuggers only
FILE_UPLOAD_PERMISSIONS = 0o640

# --- webhooks -----------------------------------------------------------------------------------------
# In development: also http, any port, and addresses on loopback. Never where others write addresses.
WEBHOOKS_LOCAL = env.bool("WEBHOOKS_LOCAL", False)

# --- queue --------------------------------------------------------------------------------------------
# The truth is in PostgreSQL; a message is only a wake-up, and sweeps find what was lost (docs/adr/0003).
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 1800
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "retry_on_timeout": True,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE

# --- engine -------------------------------------------------------------------------------------------
MATCHING_EMBEDDERS = env.list("MATCHING_EMBEDDERS", ["e5", "use"])
# What finds things: a snapshot in the memory of each host, or an index in PostgreSQL (docs/adr/0025).
MATCHING_BACKEND = env.str(
    "MATCHING_BACKEND",
    "memory",
    validate=validate.OneOf(["memory", "indexed"], error="{input} is not {choices}"),
)
MATCHING_SNAPSHOT_DIR = DATA_DIR / "snapshots"
MATCHING_CANDIDATES = 50  # how many of the other side are scored and kept for each wish or solution
# How much of the public files of a wish or solution is read with it; 0: nothing (docs/adr/0034).
MATCHING_DOCUMENT_CHARACTERS = env.int("MATCHING_DOCUMENT_CHARACTERS", 4000)
MATCHING_LEASE = env.int("MATCHING_LEASE", 180)  # seconds; then a shard is given to another worker
MATCHING_PATIENCE = env.int("MATCHING_PATIENCE", 30)  # seconds that others wait for a writer that is cut off

# --- API ----------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    **_api,
    "DEFAULT_THROTTLE_RATES": {
        "anon": env.str("API_RATE_ANON", "600/min"),
        "user": env.str("API_RATE_USER", "1200/min"),
        "sensor": env.str("API_RATE_SENSOR", "600/min"),  # requests of one trial's token
    },
    "NUM_PROXIES": 1 if env.bool("BEHIND_PROXY", False) else 0,  # else anyone could name a new address
}

# --- reports ------------------------------------------------------------------------------------------
REPORT_KEY_FILE = Path(env.str("REPORT_KEY_FILE", str(DATA_DIR / "keys" / "report.pem")))
REPORT_KEY_PASSWORD = env.str("REPORT_KEY_PASSWORD", "")  # what the files of private keys are encrypted with

# --- solutions and their files ------------------------------------------------------------------------
SOLUTION_LISTED_DAYS = env.int("SOLUTION_LISTED_DAYS", 365)  # before they are over, the vendor is asked
DOCUMENT_MAX_BYTES = env.int("DOCUMENT_MAX_BYTES", 20 * 2**20)
# host:port of a clamd. Without one, an upload is served after the check of its type alone.
CLAMAV = env.str("CLAMAV", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "innoportal.discreet.Line"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
