from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from innoportal.lib import cells
from innoportal.lib.importing import Importer
from topics.models import Topic
from wishes import services
from wishes.models import TITLE, Wish

IMPORTED = "imported"


def _texts(*names: str) -> dict[str, cells.Cleaner]:
    return {name: cells.text(getattr(Wish, name).field.max_length) for name in names}


class WishImporter(Importer):
    text = "need"
    title_length = TITLE
    aliases: ClassVar[Mapping[str, str]] = {
        **{"id": "external_id", "department": "organisation", "trl": "trl_wanted", "deadline": "closes_on"},
        **{"標題": "title_zh", "需要": "need_zh", "期望成果": "outcome_zh", "編號": "external_id"},
        **{"部門": "organisation", "截止日期": "closes_on"},
    }

    def __init__(self, *, by: User, organisation: Organisation | None, publish: bool) -> None:
        self.by, self.organisation, self.publish = by, organisation, publish
        owners = {
            word: one
            for one in Organisation.objects.requesters()
            for word in (one.name_en, one.name_zh, one.slug)
        }
        topics = {word: one for one in Topic.objects.all() for word in (one.name_en, one.name_zh, one.slug)}
        self.columns = {
            **_texts("external_id", "title_en", "title_zh", "need_en", "need_zh", "outcome_en", "outcome_zh"),
            **_texts("constraints_en", "constraints_zh", "site_en", "site_zh", "budget_holder"),
            "organisation": cells.single(cells.known(owners)),
            "site_gives": cells.codes(Wish.SiteGift.choices),
            "certificates": cells.words(60),
            "trl_wanted": cells.number(1, 9),
            "budget": cells.choice(Wish.Budget.choices),
            "months": cells.number(1, 120),
            "closes_on": cells.day,
            "decision_on": cells.day,
            "topics": cells.several(cells.known(topics)),
        }

    def existing(self, ids: list[str]) -> Mapping[str, Wish]:
        rows = (
            Wish.objects.filter(external_id__in=ids).select_related("organisation").prefetch_related("topics")
        )
        return {wish.external_id or "": wish for wish in rows}

    def keep(self, found: Wish | None, values: dict[str, Any]) -> str:
        organisation = values.pop("organisation", None) or self.organisation
        if found is None:
            self._create(organisation, values)
            return "created"
        if organisation is not None and organisation.pk != found.organisation_id:
            raise ValidationError(
                {"organisation": _("it belongs to another organisation; an import does not move it")}
            )
        changed = {name: value for name, value in values.items() if _differs(found, name, value)}
        publishes = self.publish and found.is_editable
        if changed:
            change = services.update if found.is_editable else services.amend
            change(found, by=self.by, reason=IMPORTED, **changed)
        if publishes:
            self._publish(found)
        return "updated" if changed or publishes else "unchanged"

    def _create(self, organisation: Organisation | None, values: dict[str, Any]) -> None:
        if organisation is None:
            raise ValidationError({"organisation": _("name a department here, or with --organisation")})
        wish = services.create(by=self.by, organisation=organisation, reason=IMPORTED, **values)
        if self.publish:
            self._publish(wish)

    def _publish(self, wish: Wish) -> None:
        """Every step by the portal itself and in the journal; nobody is told of hundreds at once."""
        services.submit(wish, by=None, reason=IMPORTED, quiet=True)
        services.endorse(wish, by=None, reason=IMPORTED, quiet=True)
        services.publish(wish, by=None, reason=IMPORTED, quiet=True)


def _differs(wish: Wish, name: str, value: Any) -> bool:
    if name == "topics":
        return {topic.pk for topic in wish.topics.all()} != {topic.pk for topic in value}
    return getattr(wish, name) != value
