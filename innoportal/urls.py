from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from innoportal import (
    calendars,
    case,
    closing_page,
    health,
    home,
    mailbox,
    merging,
    organisation_feed,
    own_data,
    sign_ins,
    sitemap,
    topic_pages,
    workspace,
)
from innoportal.api import router
from innoportal.api_page import ApiPage
from innoportal.styleguide import styleguide

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "InnoPortal"

urlpatterns = [
    path("", home.to_reader_language, name="root"),
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/", admin.site.urls),
    path("mail/", include(mailbox)),
    path("api/v1/", include((router.urls, "api"))),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", home.to_reader_language, {"page": "api/docs/"}, name="api-docs-root"),
    path("robots.txt", home.robots, name="robots"),
    path("", include(sitemap)),
    path(".well-known/security.txt", home.security_txt, name="security-txt"),
    path(".well-known/", include("trials.well_known")),
    path("i18n/", include("django.conf.urls.i18n")),
    *i18n_patterns(
        path("", home.Home.as_view(), name="home"),
        path("about/", home.Page.as_view(page="about"), name="about"),
        path("accessibility/", home.Page.as_view(page="accessibility"), name="accessibility"),
        path("api/docs/", ApiPage.as_view(), name="api-docs"),
        path("keys/", home.Page.as_view(page="keys"), name="keys"),
        path("privacy/", home.Page.as_view(page="privacy"), name="privacy"),
        path("workspace/", workspace.Workspace.as_view(), name="workspace"),
        path("search/", include("matching.search_urls")),
        path("", include(merging)),
        path("", include(own_data)),
        path("", include(closing_page)),
        path("", include(sign_ins)),
        path("", include(calendars)),
        path("account/", include("accounts.urls")),
        path("account/", include("allauth.urls")),
        path("", include(case)),
        path("", include(organisation_feed)),
        path("", include(topic_pages)),
        path("wishes/", include("wishes.urls")),
        path("calls/", include("wishes.call_urls")),
        path("solutions/", include("solutions.urls")),
        path("matches/", include("matching.urls")),
        path("views/", include("desk.urls")),
        path("notices/", include("notifications.urls")),
        path("documents/", include("documents.urls")),
        path("", include("trials.urls")),
    ),
]
if settings.DEBUG:
    urlpatterns += i18n_patterns(path("styleguide/", styleguide, name="styleguide"))
handler400 = "innoportal.health.bad_request"
handler403 = "innoportal.health.forbidden"
handler404 = "innoportal.health.not_found"
handler429 = "accounts.throttling.page"  # asked for by allauth
handler500 = "innoportal.health.server_error"
