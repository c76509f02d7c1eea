"""What the engine works with now, for those who run the portal."""

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from innoportal.lib.templatetags.languages import moment
from innoportal.lib.templatetags.portal_ui import grouped
from matching import services
from matching.models import Ranker
from matching.services.inventory import Inventory
from matching.views.queue import SignedInPermission
from matching.views.rankers import title_of

SHORT = 12  # characters of a fingerprint
Rows = list[tuple[str, Any]]


class Engine(SignedInPermission, TemplateView):
    permission_required = "matching.view_engine"
    template_name = "matching/engine.html"

    def get_context_data(self, **kwargs):
        found = services.inventory()
        ranker = Ranker.objects.visible_to(self.request.user).filter(is_active=True).first()
        return super().get_context_data(
            **kwargs,
            found=found,
            version=version_rows(found),
            models=model_rows(found),
            glossary=glossary_rows(found),
            collections=collection_rows(found),
            snapshot=snapshot_rows(found),
            ranker=title_of(ranker) if ranker else "",
            may_add=self.request.user.has_perm("matching.add_term"),
        )


def version_rows(found: Inventory) -> Rows:
    serving = found.serving
    return [
        (_("Version"), serving.name),
        (_("Code"), serving.engine),
        (_("In use since"), moment(serving.serving_since) if serving.serving_since else _("not noted")),
        (_("Fingerprint of the engine’s glossary"), serving.glossary[:SHORT] or _("not noted")),
        (_("Fingerprint of the portal’s terms"), found.glossary.fingerprint[:SHORT] or _("no terms in use")),
    ]


def model_rows(found: Inventory) -> list[dict[str, Any]]:
    return [
        {
            "name": one.embedder.name,
            "dim": one.embedder.dim,
            "cap": one.embedder.cap,
            "source": f"{one.wheel.package} {one.wheel.version}" if one.wheel else "",
            "size": filesizeformat(one.wheel.size) if one.wheel else "",
            "is_loaded": one.is_loaded,
        }
        for one in found.models
    ]


def glossary_rows(found: Inventory) -> Rows:
    own = found.glossary
    names = {"english": grouped(own.english), "chinese": grouped(own.chinese)}
    return [
        (_("Concepts of the engine"), grouped(own.shipped)),
        (_("Their names"), _("%(english)s in English, %(chinese)s in Chinese") % names),
        (_("Terms of the portal in use"), grouped(own.terms)),
        (_("In the place of a concept of the engine"), grouped(own.replacing)),
        (_("Terms out of use"), grouped(own.resting)),
        (_("Texts that wait to be read anew"), grouped(own.due)),
    ]


def collection_rows(found: Inventory) -> Rows:
    """Nothing where the index of the database is searched: what is public is what it finds."""
    if (own := found.collections) is None:
        return []
    languages = {
        "en": _("Texts in English"),
        "zh-Hant": _("Texts in Traditional Chinese"),
        "zh-Hans": _("Texts in Simplified Chinese"),
        "yue": _("Texts in Cantonese"),
    }
    return [
        (_("Wishes"), grouped(own.wishes)),
        (_("Solutions"), grouped(own.solutions)),
        *((languages[lang], grouped(count)) for lang, count in own.texts.items()),
    ]


def snapshot_rows(found: Inventory) -> Rows:
    if (own := found.on_disk) is None:
        return []
    return [
        (_("Written"), moment(own.written_at)),
        (_("Size on disk"), filesizeformat(own.size)),
        (_("Records in it"), grouped(own.rows)),
        (_("Records that have changed since"), grouped(own.behind)),
    ]
