from django.utils.translation import gettext_lazy as _

from journal.workflow import Workflow
from solutions.models import Nomination, Solution

S = Solution.Status

WORKFLOW = Workflow(
    {
        "submit": ({S.DRAFT, S.RETURNED}, S.SUBMITTED),
        "complete": ({S.SUBMITTED, S.SCREENING, S.RETURNED}, S.SUBMITTED),
        "ask_full": ({S.SUBMITTED, S.SCREENING}, S.RETURNED),
        "acknowledge": ({S.SUBMITTED}, S.SCREENING),
        "return": ({S.SCREENING}, S.RETURNED),
        "list": ({S.SCREENING}, S.LISTED),
        "refuse": ({S.SCREENING}, S.NOT_SUITABLE),
        "reconsider": ({S.NOT_SUITABLE}, S.SCREENING),
        "expire": ({S.LISTED}, S.EXPIRED),
        "renew": ({S.EXPIRED}, S.LISTED),
        "withdraw": ({S.DRAFT, S.SUBMITTED, S.SCREENING, S.RETURNED, S.LISTED}, S.WITHDRAWN),
    },
    refusals={"ask_full", "return", "refuse", "reconsider", "withdraw"},
)

N = Nomination.Status
NOMINATIONS = Workflow(
    {
        "confirm": ({N.WAITING}, N.CONFIRMED),
        "decline": ({N.WAITING}, N.DECLINED),
        "take_back": ({N.WAITING}, N.TAKEN_BACK),
        "expire": ({N.WAITING}, N.EXPIRED),
    },
    refusals={"decline"},
)

# How a timeline tells each verb, also those that move nothing.
TOLD = {
    "create": _("Draft begun"),
    "edit": _("Text changed"),
    "submit": _("Handed in"),
    "complete": _("Full form handed in"),
    "ask_full": _("Full form asked for"),
    "acknowledge": _("Received; screening begins"),
    "return": _("Returned with questions"),
    "list": _("Listed"),
    "refuse": _("Found not suitable"),
    "reconsider": _("Taken up again"),
    "expire": _("Listing ended"),
    "renew": _("Listing renewed"),
    "confirm": _("Still current, says the vendor"),
    "withdraw": _("Withdrawn"),
    "hide_version": _("A version was hidden"),
    "answer_wish": _("Offered for a wish"),
    "change_pitch": _("Answer to a wish changed"),
    "withdraw_pitch": _("Answer to a wish withdrawn"),
    "invite_coauthor": _("A co-author was asked"),
    "accept_coauthor": _("A co-author joined"),
    "decline_coauthor": _("A co-author declined"),
    "leave_coauthor": _("A co-author left"),
    "remove_coauthor": _("A co-author was taken out"),
    "change_coauthor": _("What a co-author may do was changed"),
    "advise": _("The portal told what would make it fit"),
    "confirm_use": _("An organisation confirms that it uses it"),
    "end_use": _("An organisation uses it no longer"),
}

# Of these everyone reads, too, which organisation it was.
NAMED_VERBS = frozenset({"confirm_use", "end_use"})


# What the public reads of a listed solution's history: steps without anyone's words.
PUBLIC_VERBS = NAMED_VERBS | {"submit", "acknowledge", "list", "expire", "renew", "confirm"}
