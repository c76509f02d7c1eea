"""How much of what a trial needs a vendor has said already."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from solutions.models import Solution


@dataclass(frozen=True)
class Readiness:
    said: int
    asked: int
    missing: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.said / self.asked


def readiness(solution: Solution, has_topics: bool | None = None) -> Readiness:
    """Reads evidence, and topics unless told of them: prefetch them where many solutions are measured."""
    proven = {row.trl for row in solution.evidence.all()}
    items = [
        (_("what it does"), solution.summary_en or solution.summary_zh),
        (_("how it works"), solution.method_en or solution.method_zh),
        (_("the technology readiness level"), solution.trl),
        (_("evidence for the readiness level stated"), solution.trl in proven),
        (_("what a trial needs on site"), solution.trial_needs),
        (
            _("permits, insurance and putting the site back"),
            solution.trial_conditions_en or solution.trial_conditions_zh,
        ),
        (_("the price of a trial"), solution.price),
        (_("months until a trial can start"), solution.lead_months is not None),
        (_("intellectual property"), solution.intellectual_property),
        (_("topics"), solution.topics.all() if has_topics is None else has_topics),
    ]
    missing = tuple(label for label, value in items if not value)
    return Readiness(len(items) - len(missing), len(items), missing)
