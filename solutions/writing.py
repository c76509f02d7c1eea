"""The guided writer of solutions: what it is made of."""

from django.utils.translation import gettext_lazy as _

from innoportal.lib.writing.writer import Words, Writer
from solutions.answers import ROWS, SHAPE
from solutions.forms import EvidenceFormSet, SolutionForm
from solutions.models import Solution
from solutions.trl import LEVELS


def _evidence(row: dict[str, str]) -> str:
    level = f"TRL {row['trl']}" if row.get("trl") else ""
    return " · ".join(part for part in (level, row.get("text", ""), row.get("url", "")) if part.strip())


WRITER = Writer(
    room="solutions",
    shape=SHAPE,
    form=SolutionForm,
    tables={"evidence": EvidenceFormSet},
    table_labels={"evidence": (_("Evidence"), _evidence)},
    most={"evidence": ROWS},
    choices={
        "trl": [(str(one.number), f"{one.number} – {one.name}") for one in LEVELS],
        "is_novel": [("True", _("Yes")), ("False", _("No"))],
        "price": Solution.Price.choices,
        "trial_needs": Solution.TrialNeed.choices,
        "risk_state": Solution.Risk.choices,
        "insurance_state": Solution.Insurance.choices,
    },
    called=("title", "summary"),
    words=Words(
        title=_("Offer a solution"),
        nameless=_("A solution without a name yet"),
        ended=_(
            "This is not saved: what was written here has been saved as a solution meanwhile. "
            "Copy your words if you still need them."
        ),
        see=_("See the solution"),
        gone=_("What was being written here has been saved as this solution."),
        elsewhere=_("The solution was changed elsewhere meanwhile. Look through your answers again."),
        lost=_("What is typed here is lost for everyone of your organisation."),
        changes_lost=_(
            "The changes typed here are lost for everyone of your organisation. "
            "The solution itself stays as it is."
        ),
    ),
)
