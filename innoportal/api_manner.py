"""How the API answers, and what its description at /api/schema/ says of itself."""

from typing import Any

API: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["innoportal.lib.permissions.ObjectRules"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "innoportal.lib.pagination.PageNumbers",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "EXCEPTION_HANDLER": "innoportal.lib.errors.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "InnoPortal",
    "DESCRIPTION": (
        "Wishes, solutions, matches, trials, signed reports and who uses what: public things, read only. The "
        "sensors of a trial send their readings to /api/v1/measurements/ with the token of that trial."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v[0-9]+",  # what follows it names the noun
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "SiteGivesEnum": "wishes.models.Wish.SiteGift",
        "BudgetEnum": "wishes.models.Wish.Budget",
    },
}
