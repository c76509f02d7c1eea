from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from innoportal.lib import cells
from innoportal.lib.importing import Importer
from solutions import services
from solutions.models import Solution
from topics.models import Topic

IMPORTED = "imported"


def _texts(*names: str) -> dict[str, cells.Cleaner]:
    return {name: cells.text(getattr(Solution, name).field.max_length) for name in names}


class SolutionImporter(Importer):
    text = "summary"
    title_length = 200
    aliases: ClassVar[Mapping[str, str]] = {
        **{"id": "external_id", "vendor": "organisation", "ip": "intellectual_property"},
        **{"編號": "external_id", "標題": "title_zh", "簡介": "summary_zh", "供應商": "organisation"},
    }

    def __init__(self, *, by: User, organisation: Organisation | None, publish: bool) -> None:
        self.by, self.organisation, self.publish = by, organisation, publish
        owners = {
            word: one
            for one in Organisation.objects.vendors()
            for word in (one.name_en, one.name_zh, one.slug)
        }
        topics = {word: one for one in Topic.objects.all() for word in (one.name_en, one.name_zh, one.slug)}
        self.columns = {
            **_texts(
                "external_id", "title_en", "title_zh", "summary_en", "summary_zh", "method_en", "method_zh"
            ),
            **_texts("confidential", "trial_conditions_en", "trial_conditions_zh", "intellectual_property"),
            "organisation": cells.single(cells.known(owners)),
            "trial_needs": cells.codes(Solution.TrialNeed.choices),
            "certificates": cells.words(60),
            "trl": cells.number(1, 9),
            "price": cells.choice(Solution.Price.choices),
            "lead_months": cells.number(0, 120),
            "is_novel": cells.truth,
            "topics": cells.several(cells.known(topics)),
        }

    def existing(self, ids: list[str]) -> Mapping[str, Solution]:
        rows = Solution.objects.filter(external_id__in=ids)
        rows = rows.select_related("organisation").prefetch_related("topics")
        return {solution.external_id or "": solution for solution in rows}

    def keep(self, found: Solution | None, values: dict[str, Any]) -> str:
        organisation = values.pop("organisation", None) or self.organisation
        if found is None:
            self._create(organisation, values)
            return "created"
        if organisation is not None and organisation.pk != found.organisation_id:
            raise ValidationError(
                {"organisation": _("it belongs to another organisation; an import does not move it")}
            )
        changed = {name: value for name, value in values.items() if _differs(found, name, value)}
        publishes = self.publish and found.status in {Solution.Status.DRAFT, Solution.Status.RETURNED}
        if changed:
            services.update(found, by=self.by, **changed)
        if publishes:
            services.admit(found, by=None, reason=IMPORTED)
        return "updated" if changed or publishes else "unchanged"

    def _create(self, organisation: Organisation | None, values: dict[str, Any]) -> None:
        if organisation is None:
            raise ValidationError({"organisation": _("name a vendor here, or with --organisation")})
        solution = services.create(by=self.by, organisation=organisation, **values)
        if self.publish:
            services.admit(solution, by=None, reason=IMPORTED)


def _differs(solution: Solution, name: str, value: Any) -> bool:
    if name == "topics":
        return {topic.pk for topic in solution.topics.all()} != {topic.pk for topic in value}
    return getattr(solution, name) != value
