"""Whether an address has an account or not, the portal does the same work for it; no clock is looked at."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import get_hasher
from django.core.cache import cache
from django.urls import reverse

from notifications.models import Letter
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN = "known@example.org", "stranger@example.org"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def hashed(monkeypatch):
    """One entry for each password that was hashed, whether to be kept or to be compared."""
    done = []
    of = type(get_hasher())
    encode = of.encode

    def counted(self, *args, **kwargs):
        done.append(self.algorithm)
        return encode(self, *args, **kwargs)

    monkeypatch.setattr(of, "encode", counted)
    verify = of.verify

    def compared(self, *args, **kwargs):
        before = len(done)
        found = verify(self, *args, **kwargs)
        if len(done) == before:  # some compare without encoding
            done.append(self.algorithm)
        return found

    monkeypatch.setattr(of, "verify", compared)
    return done


@pytest.fixture(autouse=True)
def known():
    user = UserFactory(email=KNOWN)
    EmailAddress.objects.create(user=user, email=KNOWN, verified=True, primary=True)


FORMS = {
    "account_login": lambda email: {"login": email, "password": "a wrong one"},
    "account_signup": lambda email: {"email": email, "password1": PASSWORD, "name": "Chan Tai Man"},
    "account_reset_password": lambda email: {"email": email},
}


@pytest.mark.parametrize("name", FORMS)
def test_an_address_with_an_account_takes_as_many_hashes_and_letters_as_one_without(name, client, hashed):
    work = {}
    for email in (KNOWN, UNKNOWN):
        hashed.clear()
        before = Letter.objects.count()
        client.logout()
        response = client.post(reverse(name), FORMS[name](email))
        work[email] = (response.status_code, len(hashed), Letter.objects.count() - before)
    assert work[KNOWN] == work[UNKNOWN]
