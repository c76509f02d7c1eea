"""Who may what with a wish. When it may be done is the workflow's business."""

import rules

from accounts.models import Organisation, User
from accounts.roles import (
    is_administrator,
    is_approver,
    is_auditor,
    is_creator,
    is_member,
    is_office,
    is_requester,
    is_vendor,
    organisations_of,
)
from journal.models import Entry
from wishes.models import Annex, AnnexAcceptance, Call, Wish
from wishes.stand import committees_of


@rules.predicate
def is_public(user: User, wish: Wish | Call | None = None) -> bool:
    return wish is not None and wish.is_public


@rules.predicate
def is_handed_in(user: User, wish: Wish | None = None) -> bool:
    """Endorsed at least once and not in its department's hands alone: what the portal office may read."""
    if wish is None or wish.status in Wish.INSIDE:
        return False
    return wish.status in Wish.WITH_OFFICE or wish.endorsed_at is not None


@rules.predicate
def is_editable(user: User, wish: Wish | None = None) -> bool:
    return wish is not None and wish.is_editable


@rules.predicate
def is_open_to_offers(user: User, wish: Wish | None = None) -> bool:
    return wish is not None and wish.is_open_to_offers


@rules.predicate
def is_in_hand(user: User, call: Call | None = None) -> bool:
    """Not with the portal office yet."""
    return call is not None and call.status == Call.Status.DRAFT


@rules.predicate
def is_submitter(user: User, wish: Wish | None = None) -> bool:
    """Sent it for endorsement the last time; whoever did may not be the one who endorses it."""
    return wish is not None and user.is_authenticated and submitter_id(wish) == user.pk


@rules.predicate
def is_on_committee(user: User, wish: Wish | None = None) -> bool:
    """Of those by which its department endorses. Whether it is their turn is the round's business."""
    return wish is not None and user.is_authenticated and wish.organisation_id in committees_of(user)


@rules.predicate
def is_approver_elsewhere(user: User, wish: Wish | None = None) -> bool:
    """May speak for another organisation that posts wishes."""
    if wish is None or not user.is_authenticated:
        return False
    elsewhere = [pk for pk in user.membership_roles if pk != wish.organisation_id and user.is_approver_of(pk)]
    return bool(elsewhere) and any(
        organisation.is_requester for organisation in organisations_of(user) if organisation.pk in elsewhere
    )


@rules.predicate
def is_of_it(user: User, organisation: Organisation | None = None) -> bool:
    return organisation is not None and user.is_authenticated and user.is_member_of(organisation.pk)


@rules.predicate
def approves_there(user: User, organisation: Organisation | None = None) -> bool:
    """Of their own right: who only takes an approver's place hands it on to nobody."""
    return organisation is not None and user.is_authenticated and user.is_own_approver_of(organisation.pk)


@rules.predicate
def has_accepted(user: User, annex: Annex | None = None) -> bool:
    """Somebody of their organisation accepted the terms as they are now."""
    if annex is None or not user.is_authenticated or not annex.wish.is_public:
        return False
    return (
        AnnexAcceptance.objects.in_force()
        .filter(annex=annex, organisation__in=list(user.membership_roles))
        .exists()
    )


@rules.predicate
def is_office_of_it(user: User, annex: Annex | None = None) -> bool:
    return annex is not None and is_office(user) and user.has_perm("wishes.view_wish", annex.wish)


@rules.predicate
def is_not_over(user: User, thing: Wish | Annex | None = None) -> bool:
    wish = thing.wish if isinstance(thing, Annex) else thing
    return wish is not None and wish.status not in Wish.ENDED


def submitter_id(wish: Wish) -> int | None:
    """Who sent it for endorsement the last time, as the journal has it."""
    handed_in = Entry.objects.about(wish).filter(verb="submit").order_by("-pk")
    return handed_in.values_list("actor_id", flat=True).first()


rules.add_perm(
    "wishes.view_wish", is_public | is_member | is_auditor | is_administrator | (is_office & is_handed_in)
)
rules.add_perm("wishes.add_wish", is_requester)
rules.add_perm("wishes.change_wish", is_editable & is_member)
for verb in ("view", "change", "delete"):  # it is nobody else's business while it is being written
    rules.add_perm(f"wishes.{verb}_wishdraft", is_member | is_administrator)
rules.add_perm("wishes.submit_wish", is_member)
rules.add_perm("wishes.endorse_wish", (is_approver | is_on_committee) & ~is_creator & ~is_submitter)
rules.add_perm("wishes.send_back_wish", is_approver | is_on_committee)
rules.add_perm("wishes.return_wish", is_office)
rules.add_perm("wishes.publish_wish", is_office)
rules.add_perm("wishes.merge_wish", is_office)
rules.add_perm("wishes.assign_wish", is_office)
rules.add_perm("wishes.expire_wish", is_office)
rules.add_perm("wishes.renew_wish", is_office | is_member)
rules.add_perm("wishes.resolve_wish", is_office | is_approver)
rules.add_perm("wishes.withdraw_wish", (is_member & is_editable) | is_approver | is_office)
# Who might answer the wish or has the same need; the portal's own roles judge it and keep out of its talk.
rules.add_perm("wishes.ask_wish", is_open_to_offers & ~is_member & (is_vendor | is_requester))
rules.add_perm("wishes.answer_wish", is_public & is_member)
rules.add_perm("wishes.correct_wish", is_public & is_member)
rules.add_perm("wishes.sponsor_wish", is_public & is_approver_elsewhere)
rules.add_perm("wishes.leave_wish", is_public & is_approver_elsewhere)
# Who approves for an organisation is read by its people and by who watches over the portal.
rules.add_perm("wishes.view_approval", is_of_it | is_auditor | is_office | is_administrator)
rules.add_perm("wishes.change_approval", approves_there | is_administrator)
# Moved by what becomes of matches, trials and rapid calls, never by hand.
for verb in ("match", "unmatch", "start_trial", "end_trial", "announce"):
    rules.add_perm(f"wishes.{verb}_wish", rules.always_deny)
# The portal office runs the calls; a department may write a rapid one and ask the office for it.
rules.add_perm("wishes.view_call", is_public | is_member | is_auditor | is_administrator | is_office)
rules.add_perm("wishes.add_call", is_office)
rules.add_perm("wishes.add_rapid_call", is_office | is_requester)
rules.add_perm("wishes.change_call", is_office | (is_member & is_in_hand))
rules.add_perm("wishes.submit_call", is_member)
for verb in ("return", "publish", "open", "close", "extend", "gather"):
    rules.add_perm(f"wishes.{verb}_call", is_office)
rules.add_perm("wishes.withdraw_call", is_office | (is_member & is_in_hand))
# Of the wish: who may answer it reads the terms of its annex, who owns it writes them.
rules.add_perm(
    "wishes.view_terms_annex", is_member | is_office | is_auditor | is_administrator | (is_public & is_vendor)
)
rules.add_perm("wishes.change_annex", is_member & is_not_over)
rules.add_perm("wishes.view_acceptances", is_member | is_office | is_auditor | is_administrator)
# Of the annex itself: what its terms guard.
rules.add_perm(
    "wishes.view_annex", is_member | has_accepted | is_office_of_it | is_auditor | is_administrator
)
rules.add_perm("wishes.attach_annex", is_member & is_not_over)
