"""Where the page of components answers in tests: DEBUG is off there."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from innoportal.styleguide import styleguide

urlpatterns = i18n_patterns(path("styleguide/", styleguide), path("account/", include("allauth.urls")))
