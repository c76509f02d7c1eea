"""What helps to answer a question of the writer, as solutions/writing/step.html shows it."""

from typing import Any

from innoportal.lib.writing.answers import Answers, is_said
from solutions.asking import open_wish
from solutions.kit import Ready, ready
from solutions.steps import KIT_STEPS
from solutions.trl import LEVELS, standings
from topics.standards import likes


def beside(step: str, answers: Answers, *, is_full: bool = True) -> dict[str, Any]:
    """For one page; for the check of all answers, what the full form would still be asked."""
    if step == "readiness":
        return {"levels": LEVELS}
    if step == "evidence":
        return {"standings": standings_of(answers)}
    if step == "certificates":
        return {"equivalents": equivalents(str(answers.get("certificates") or "").split(","))}
    if step == "wish":
        return {"wish": open_wish(str(answers.get("wish_reference") or "")[:16])}
    if step in KIT_STEPS:
        return {"kit": ready_of_answers(answers), "has_aside": True}
    if step == "check" and is_full:
        return {
            "kit": ready_of_answers(answers),
            "gaps": [s for s in standings_of(answers) if not s.is_shown],
        }
    return {}


def standings_of(answers: Answers) -> Any:
    rows = (row for row in answers.get("evidence") or [] if row.get("text"))
    shown = {level for row in rows if (level := _number(row.get("trl")))}
    return standings(_number(answers.get("trl")), shown)


def _number(text: Any) -> int | None:
    said = str(text or "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 4 else None


def ready_of_answers(answers: Answers) -> Ready:
    """The kit of what is typed, as `kit.ready_of` reads it of a solution."""
    risk, insurance = str(answers.get("risk_state") or ""), str(answers.get("insurance_state") or "")
    return ready(
        {
            "site": _done(answers, "trial_needs", "trial_conditions_en", "trial_conditions_zh"),
            "installation": _done(answers, "installation_en", "installation_zh"),
            "risk": {"agreed": "done", "draft": "draft"}.get(risk, ""),
            "insurance": {"held": "done", "quoted": "quoted"}.get(insurance, ""),
            "roll_back": _done(answers, "roll_back_en", "roll_back_zh"),
        },
        _number(answers.get("lead_months")),
    )


def _done(answers: Answers, *names: str) -> str:
    return "done" if is_said(answers, names) else ""


def equivalents(names: list[str]) -> list[tuple[str, Any]]:
    """Each certificate with its likes; those of which none is listed are left out."""
    found = ((name.strip(), likes(name)) for name in names if name.strip())
    return [(name, others) for name, others in found if others]
