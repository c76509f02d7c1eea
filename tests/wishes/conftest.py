import pytest
from django.utils import timezone

from accounts.models import Organisation
from journal.models import next_reference
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory, WishFactory
from wishes.models import Wish

ROLES = (
    *("anonymous", "creator", "member", "approver", "other_member", "vendor"),
    *("office", "expert", "engineer", "verifier", "auditor", "administrator"),
)


@pytest.fixture
def department():
    return OrganisationFactory()


@pytest.fixture
def people(department):
    """One person for each role; `anonymous` is None."""

    def of(organisation, **membership):
        return MembershipFactory(organisation=organisation, **membership).user

    return {
        "anonymous": None,
        "creator": of(department),
        "member": of(department),
        "approver": of(department, approver=True),
        "other_member": of(OrganisationFactory()),
        "vendor": of(OrganisationFactory(kind=Organisation.Kind.STARTUP)),
        **{role: UserFactory(**{role: True}) for role in ROLES[6:]},
    }


@pytest.fixture
def wish_in(department, people):
    """Makes a wish in any state, with what the database asks of that state."""

    def make(status, *, endorsed=None, **fields):
        if status in Wish.PUBLIC:
            fields |= {"reference": next_reference("W"), "published_at": timezone.now()}
        if endorsed is None:
            endorsed = status not in Wish.EDITABLE + Wish.INSIDE + (Wish.Status.WITHDRAWN,)
        fields.setdefault("created_by", people["creator"])
        return WishFactory(
            status=status,
            organisation=department,
            endorsed_at=timezone.now() if endorsed else None,
            **fields,
        )

    return make
