"""What a wish answers to the guided writer, by field."""

from innoportal.lib.writing.answers import Answers, Shape, written
from wishes.models import Wish

ROW = ("metric", "unit", "baseline", "target", "method")
ROWS = 12  # measures of one wish
BILINGUAL = ("title", "need", "outcome", "constraints", "site", "access_hours", "environment")
SHAPE = Shape(bilingual=BILINGUAL, chosen=("site_gives", "topics"), tables={"kpis": ROW})
TEXTS = (
    *(f"{name}_{language}" for name in BILINGUAL for language in ("en", "zh")),
    *("certificates", "trl_wanted", "budget", "months", "closes_on", "questions_until"),
    *("budget_holder", "vehicle", "decision_on"),
)


def answers_of(wish: Wish) -> Answers:
    """What a wish says, as people would have typed it."""
    said: Answers = {name: written(getattr(wish, name)) for name in TEXTS}
    said["site_gives"] = sorted(wish.site_gives)
    said["topics"] = sorted(wish.topics.values_list("slug", flat=True))
    said["kpis"] = [{name: written(getattr(kpi, name)) for name in ROW} for kpi in wish.kpis.order_by("pk")]
    return {name: value for name, value in said.items() if value}
