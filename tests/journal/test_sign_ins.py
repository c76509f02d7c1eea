"""The journal holds who signed in and out, with what, and which second factors failed."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.urls import reverse

from accounts.models import User
from journal.models import Entry
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person() -> User:
    user = UserFactory(email="known@example.org", office=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client):
    return client.post(reverse("account_login"), {"login": "known@example.org", "password": PASSWORD})


def code_now() -> str:
    return format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))


def told() -> list[tuple[str, dict]]:
    return list(Entry.objects.order_by("pk").values_list("verb", "details"))


def test_a_sign_in_and_a_sign_out_are_written_down_with_who_and_when(client, person):
    sign_in(client)
    client.post(reverse("account_logout"))
    assert told() == [("sign_in", {"second_factor": False}), ("sign_out", {})]
    for entry in Entry.objects.all():
        assert (entry.noun, entry.object_id) == ("accounts.user", person.pk)
        assert (entry.actor_id, entry.actor_name, entry.capacity) == (person.pk, "", "office")


def test_a_wrong_password_signs_nobody_in_and_is_no_sign_in(client, person):
    client.post(reverse("account_login"), {"login": person.email, "password": "wrong wrong wrong"})
    assert told() == []


def test_a_second_factor_that_fails_is_written_down_and_the_sign_in_only_when_it_fits(client, person):
    TOTP.activate(person, SECRET)
    sign_in(client)
    assert told() == []
    page = reverse("mfa_authenticate")
    client.post(page, {"code": "000000" if code_now() != "000000" else "111111"})
    assert told() == [("fail_second_factor", {"factor": "totp"})]
    assert client.post(page, {"code": code_now()}).status_code == 302
    assert told()[1:] == [("sign_in", {"second_factor": True})]


def test_what_is_done_with_a_second_factor_is_written_down(
    client, person, django_capture_on_commit_callbacks
):
    sign_in(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": code})
        client.post(reverse("mfa_generate_recovery_codes"))
        client.post(reverse("mfa_deactivate_totp"))
    verbs = [(verb, details["factor"]) for verb, details in told() if "factor" in details]
    assert set(verbs) == {
        ("add_second_factor", "totp"),
        ("add_second_factor", "recovery_codes"),
        ("renew_second_factor", "recovery_codes"),
        ("remove_second_factor", "totp"),
        ("remove_second_factor", "recovery_codes"),
    }


def test_a_new_password_is_written_down(client, person):
    sign_in(client)
    new = {"oldpassword": PASSWORD, **dict.fromkeys(("password1", "password2"), "another long passphrase")}
    client.post(reverse("account_change_password"), new)
    assert ("change_password", {}) in told()


def test_no_address_password_secret_or_code_stands_in_the_journal(client, person):
    TOTP.activate(person, SECRET)
    codes = RecoveryCodes.activate(person).get_unused_codes()
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": "x"})
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    client.post(reverse("account_logout"))
    assert [verb for verb, _details in told()] == ["fail_second_factor", "sign_in", "sign_out"]
    written = str(list(Entry.objects.values()))
    for secret in (person.email, "@", PASSWORD, SECRET, codes[0], "127.0.0.1"):
        assert secret not in written
    assert Authenticator.objects.count() == 2
