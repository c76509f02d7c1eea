import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innoportal.settings")

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

application = get_wsgi_application()

# Every room's pages are imported by the first request, which takes seconds: here it is done once, before the
# web server forks, so that no worker's first visitor waits and all workers share the memory.
get_resolver().url_patterns  # noqa: B018
