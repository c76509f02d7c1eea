"""The pages of the guided writer, in order: one question each; the first four alone are an expression."""

from django.utils.translation import gettext_lazy as _

from innoportal.lib.writing.steps import Course, Step

EXPRESSION = (
    Step(
        "summary",
        _("What it does"),
        _("What does your solution do?"),
        _("The problem that it solves, for whom, and what is better then. A newcomer must understand it."),
        90,
        texts=("summary",),
        is_needed=True,
    ),
    Step(
        "title",
        _("A name for it"),
        _("What is it called?"),
        _("A short name that says what it is."),
        30,
        texts=("title",),
        is_needed=True,
    ),
    Step(
        "readiness",
        _("Readiness"),
        _("How far is it?"),
        _("Choose the highest level of which you can show that it was reached."),
        30,
        names=("trl",),
        is_needed=True,
    ),
    Step(
        "wish",
        _("The wish that it answers"),
        _("Does it answer a wish?"),
        _("Name the wish and say why it fits. Leave both empty to offer it unasked."),
        60,
        names=("wish_reference", "pitch"),
    ),
)
REST = (
    Step(
        "method",
        _("How it works"),
        _("How does it work?"),
        _("Say to everyone what a technician must know, and to those who judge what nobody else may read."),
        120,
        texts=("method",),
        confidential=("confidential",),
    ),
    Step(
        "evidence",
        _("Evidence"),
        _("What shows that it is so far?"),
        _("A row for each level that you have passed: a test, a customer. A row that you empty is gone."),
        120,
        names=("evidence",),
        confidential=("confidential_evidence",),
    ),
    Step(
        "record",
        _("New or proven"),
        _("Where has it been used or honoured?"),
        _("Being new is no fault: the portal is there to try what is new."),
        20,
        names=("is_novel", "awards"),
    ),
    Step(
        "rights",
        _("Intellectual property"),
        _("Whose is it?"),
        _("Patents, licences, open source, and whether you may offer it freely."),
        20,
        names=("intellectual_property",),
    ),
    Step(
        "certificates",
        _("Certificates"),
        _("Which certificates does it hold?"),
        _("A certificate counts under each of its numbers: GB/T 19001 is ISO 9001."),
        20,
        names=("certificates",),
    ),
    Step(
        "price",
        _("Price"),
        _("What would a trial cost?"),
        _("A band for everyone; how it comes about only for those who judge."),
        30,
        names=("price",),
        confidential=("confidential_price",),
    ),
    Step(
        "start",
        _("Lead time"),
        _("How soon could a trial start?"),
        _("Months from a yes until your equipment could stand on site."),
        10,
        names=("lead_months",),
    ),
    Step(
        "site",
        _("What the site must give"),
        _("What must the site give?"),
        _("What has to be there before you come, and the permits that somebody must ask for."),
        30,
        texts=("trial_conditions",),
        names=("trial_needs",),
    ),
    Step(
        "installation",
        _("Installation"),
        _("How is it installed?"),
        _("Who comes, for how long, what is fixed to what, and what stands still meanwhile."),
        60,
        texts=("installation",),
    ),
    Step(
        "risk",
        _("Risk assessment"),
        _("What could go wrong?"),
        _("The main risks to people, plant and data, and what you do about each."),
        60,
        texts=("risks",),
        names=("risk_state",),
    ),
    Step(
        "insurance",
        _("Insurance"),
        _("Who pays if something goes wrong?"),
        _("Public liability and employees' compensation are what most sites ask for."),
        20,
        names=("insurance_state", "insurance"),
    ),
    Step(
        "roll-back",
        _("Putting the site back"),
        _("How is the site put back?"),
        _("If it fails or ends: how fast the old state is back, who does it, and what remains."),
        30,
        texts=("roll_back",),
    ),
    Step(
        "topics",
        _("Topics"),
        _("What is it about?"),
        _("Who follows one of these topics is told when the solution is listed."),
        20,
        names=("topics",),
    ),
)
KIT_STEPS = ("start", "site", "installation", "risk", "insurance", "roll-back")
WISH = "wish"


def _without_wish(steps: tuple[Step, ...]) -> Course:
    return Course(*(step for step in steps if step.slug != WISH))


# (is the full form, changes what stands already) → the pages; answers to wishes then have a page of their own
COURSES = {
    (False, False): Course(*EXPRESSION),
    (False, True): _without_wish(EXPRESSION),
    (True, False): Course(*EXPRESSION, *REST),
    (True, True): _without_wish((*EXPRESSION, *REST)),
}
WHOLE = COURSES[True, False]
