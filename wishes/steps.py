"""The pages of the guided writer, in order: one question each."""

from django.utils.translation import gettext_lazy as _

from innoportal.lib.writing.steps import Course, Step

TEXT_STEPS = ("need", "outcome", "title", "constraints")  # what the engine reads of them brings answers

COURSE = Course(
    Step(
        "need",
        _("The need today"),
        _("What is the need today?"),
        _("What happens, how often, whom it affects and what it costs. Write as you would tell a colleague."),
        120,
        texts=("need",),
        is_needed=True,
    ),
    Step(
        "outcome",
        _("The outcome wanted"),
        _("What would be better?"),
        _("Say the result that you want, not which product to buy. How it is reached is for vendors to say."),
        60,
        texts=("outcome",),
        is_needed=True,
    ),
    Step(
        "title",
        _("A name for it"),
        _("What shall the wish be called?"),
        _("A short name by which a vendor knows at once what it is about."),
        30,
        texts=("title",),
        is_needed=True,
    ),
    Step(
        "constraints",
        _("Constraints"),
        _("What must a solution respect?"),
        _("Standards, safety, privacy, what must not be touched."),
        60,
        texts=("constraints",),
    ),
    Step(
        "requirements",
        _("What a solution must bring"),
        _("What must a solution bring?"),
        _("Leave empty what you do not insist on: each demand shuts somebody out."),
        30,
        names=("certificates", "trl_wanted"),
    ),
    Step(
        "site",
        _("The site"),
        _("Where would it be tried?"),
        _("The place, and what is there for who comes to try something."),
        30,
        texts=("site",),
        names=("site_gives",),
    ),
    Step(
        "conditions",
        _("Conditions on site"),
        _("What is it like there?"),
        _("When people may enter, and what equipment has to bear."),
        60,
        texts=("access_hours", "environment"),
    ),
    Step(
        "kpis",
        _("Measures of success"),
        _("How would you know that it works?"),
        _(
            "What you would count, its value today, the value that would satisfy you, and how it is taken. "
            "A row that you empty is gone."
        ),
        90,
        names=("kpis",),
    ),
    Step(
        "budget",
        _("Budget"),
        _("How much may it cost?"),
        _("A band is enough. Vendors leave a wish without one for later."),
        15,
        names=("budget",),
    ),
    Step(
        "timetable",
        _("Timetable"),
        _("By when?"),
        _("How soon you want it, and how long vendors may answer and ask."),
        30,
        names=("months", "closes_on", "questions_until"),
    ),
    Step(
        "adoption",
        _("If it works"),
        _("What follows if it works?"),
        _("Who would pay, how it would be bought, and when that is decided."),
        30,
        names=("budget_holder", "vehicle", "decision_on"),
    ),
    Step(
        "topics",
        _("Topics"),
        _("What is it about?"),
        _("Who follows one of these topics is told when the wish is published."),
        20,
        names=("topics",),
    ),
)
STEPS, BY_SLUG = COURSE.steps, COURSE.by_slug
