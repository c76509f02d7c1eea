"""The guided writer of wishes: what it is made of, and what a vendor would still ask."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from innoportal.lib.writing.answers import Answers
from innoportal.lib.writing.writer import Words, Writer
from wishes import quality
from wishes.answers import ROWS, SHAPE
from wishes.forms import KpiFormSet, WishForm
from wishes.models import Wish
from wishes.steps import BY_SLUG


def _measure(row: dict[str, str]) -> str:
    change = " → ".join(part for part in (row.get("baseline", ""), row.get("target", "")) if part)
    parts = (row.get("metric", ""), f"{change} {row.get('unit', '')}".strip(), row.get("method", ""))
    return " · ".join(part for part in parts if part.strip())


WRITER = Writer(
    room="wishes",
    shape=SHAPE,
    form=WishForm,
    tables={"kpis": KpiFormSet},
    table_labels={"kpis": (_("Measures of success"), _measure)},
    most={"kpis": ROWS},
    choices={
        "site_gives": Wish.SiteGift.choices,
        "budget": Wish.Budget.choices,
        "vehicle": Wish.Vehicle.choices,
    },
    called=("title", "need", "outcome"),
    words=Words(
        title=_("Write a wish"),
        nameless=_("A wish without a name yet"),
        ended=_(
            "This is not saved: what was written here has been saved as a wish meanwhile. "
            "Copy your words if you still need them."
        ),
        see=_("See the wish"),
        gone=_("What was being written here has been saved as this wish."),
        elsewhere=_("The wish was changed elsewhere meanwhile. Look through your answers again."),
        lost=_("What is typed here is lost for everyone of your department."),
        changes_lost=_(
            "The changes typed here are lost for everyone of your department. The wish itself stays as it is."
        ),
    ),
)


def remarks(answers: Answers, key: str = "") -> list[dict[str, Any]]:
    """The quality checklist; with the `key` of a draft each leads to the page that answers it."""
    return [
        {
            "asks": one.asks,
            "why": one.why,
            "label": BY_SLUG[one.step].label,
            "url": f"{WRITER.url('step', key, one.step)}?back=check" if key else "",
        }
        for one in quality.remarks(answers)
    ]


def questions_left(count: int) -> str:
    return ngettext(
        "A vendor would still ask %(count)s question", "A vendor would still ask %(count)s questions", count
    ) % {"count": count}
