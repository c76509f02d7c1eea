"""What a solution answers to the guided writer, by field."""

from innoportal.lib.writing.answers import Answers, Shape, written
from solutions.models import Solution

ROW = ("trl", "text", "url")
ROWS = 20  # of evidence
BILINGUAL = (
    *("title", "summary", "method", "trial_conditions"),
    *("installation", "risks", "roll_back"),
)
CONFIDENTIAL = ("confidential", "confidential_evidence", "confidential_price")
SHAPE = Shape(bilingual=BILINGUAL, chosen=("trial_needs", "topics"), tables={"evidence": ROW})
TEXTS = (
    *(f"{name}_{language}" for name in BILINGUAL for language in ("en", "zh")),
    *CONFIDENTIAL,
    *("trl", "is_novel", "price", "lead_months", "certificates", "intellectual_property", "awards"),
    *("risk_state", "insurance_state", "insurance"),
)


def answers_of(solution: Solution) -> Answers:
    """What a solution says, as people would have typed it; its answers to wishes have a page of their own."""
    said: Answers = {name: written(getattr(solution, name)) for name in TEXTS}
    said["trial_needs"] = sorted(solution.trial_needs)
    said["topics"] = sorted(solution.topics.values_list("slug", flat=True))
    said["evidence"] = [
        {name: written(getattr(row, name)) for name in ROW} for row in solution.evidence.order_by("pk")
    ]
    return {name: value for name, value in said.items() if value}
