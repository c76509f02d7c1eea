"""Who has a role of the portal changes nothing before they have a second factor."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as portal
from django.core.cache import cache
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD, UserFactory
from tests.test_house import ARGUMENTS, named

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STAFF = {
    "office": {"office": True},
    "expert": {"expert": True},
    "verifier": {"verifier": True},
    "auditor": {"auditor": True},
    "is_staff": {"is_staff": True},
    "superuser": {"is_superuser": True},
    "two roles": {"roles": ["engineer", "expert"]},
}
OTHERS: dict[str, dict] = {"nobody": {}, "engineer": {"engineer": True}}


@pytest.fixture(autouse=True)
def wanted(settings):
    settings.STAFF_SECOND_FACTOR = True
    cache.clear()
    yield
    cache.clear()


def person(**traits) -> User:
    user = UserFactory(email="known@example.org", name="Before", **traits)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def rename(client, **headers):
    return client.post(reverse("people:profile"), {"name": "After", "language": "en"}, headers=headers)


@pytest.mark.parametrize("standing", STAFF)
def test_staff_without_a_second_factor_change_nothing_and_read_why(client, standing):
    user = person(**STAFF[standing])
    client.force_login(user)
    refused = rename(client)
    assert refused.status_code == 403
    assert User.objects.get().name == "Before"
    assert reverse("mfa_activate_totp") in refused.content.decode()
    assert '<input type="hidden" name="name" value="After">' in refused.content.decode()
    page = client.get(reverse("people:profile"))
    assert (page.status_code, page.url) == (
        302,
        "/en/account/2fa/totp/activate/?next=%2Fen%2Faccount%2Fprofile%2F",
    )


@pytest.mark.parametrize("standing", STAFF)
@pytest.mark.parametrize("factor", [TOTP, RecoveryCodes])
def test_staff_with_a_second_factor_work(client, standing, factor):
    user = person(**STAFF[standing])
    factor.activate(user, SECRET) if factor is TOTP else factor.activate(user)
    client.force_login(user)
    assert client.get(reverse("people:profile")).status_code == 200
    assert rename(client).status_code == 302
    assert User.objects.get().name == "After"


@pytest.mark.parametrize("standing", OTHERS)
def test_who_has_no_such_role_is_not_asked(client, standing):
    client.force_login(person(**OTHERS[standing]))
    assert rename(client).status_code == 302


def test_where_it_is_not_wanted_nobody_is_asked(client, settings):
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(person(office=True))
    assert rename(client).status_code == 302


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_unsafe_method_is_refused_to_the_session_by_the_api_too(client, method):
    client.force_login(person(office=True))
    answer = getattr(client, method)("/api/v1/wishes/", {}, content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (403, ["detail"])
    assert client.get("/api/v1/wishes/").status_code == 200


def test_no_address_takes_anything_but_what_the_set_up_needs(client):
    """The view is not even asked, so whatever the address names need not exist."""
    client.force_login(person(office=True))
    arguments = {**ARGUMENTS, "uuid": "7f0c1a52-6f3d-4f0e-9f6e-2b8f6f7a1c11"}
    taken = set()
    for name, entry in sorted(dict(named()).items()):
        if name == "styleguide" or name.startswith("api:"):
            continue
        kinds = {"IntConverter": 1, "UUIDConverter": arguments["uuid"]}
        given = {
            key: kinds.get(type(one).__name__, "no-such") for key, one in entry.pattern.converters.items()
        }
        given |= {key: "1" for key in entry.pattern.regex.groupindex if key not in given}
        if client.post(reverse(name, kwargs=given)).status_code != 403:
            taken.add(name)
        if name == "account_logout":
            client.force_login(User.objects.get())
    assert taken == {
        *("account_logout", "usersessions_list", "set_language"),
        *("account_reauthenticate", "mfa_reauthenticate", "mfa_index", "mfa_activate_totp"),
        *("mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
    }


def test_the_administration_shows_its_lists_and_no_forms(client):
    client.force_login(person(administrator=True))
    assert client.get("/admin/accounts/user/").status_code == 200
    assert client.get("/admin/accounts/user/add/").status_code == 302
    assert client.post("/admin/accounts/user/add/", {}).status_code == 403


def test_a_piece_of_a_page_leads_the_whole_page_to_the_set_up(client):
    client.force_login(person(office=True))
    answer = client.get(reverse("people:profile"), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith("/en/account/2fa/totp/activate/?next=")


def test_a_password_that_was_typed_is_not_written_on_the_page(client):
    client.force_login(person(office=True))
    sent = {"oldpassword": PASSWORD, "password1": "another long passphrase", "name": "kept"}
    html = client.post(reverse("account_change_password"), sent).content.decode()
    assert PASSWORD not in html
    assert "another long passphrase" not in html
    assert 'value="kept"' in html


def test_staff_sign_in_set_it_up_go_on_where_they_were_and_send_again(client):
    person(office=True)
    client.post(reverse("account_login"), {"login": "known@example.org", "password": PASSWORD})
    set_up = client.get(reverse("people:profile")).url
    again = client.get(set_up)
    assert client.post(again.url, {"password": PASSWORD}).url == set_up
    assert client.get(set_up).status_code == 200
    code = code_of(client.session["mfa.totp.secret"])
    codes = client.post(reverse("mfa_activate_totp"), {"code": code}).url
    assert f'href="{reverse("people:profile")}"' in client.get(codes).content.decode()
    assert rename(client).status_code == 302
    assert User.objects.get().name == "After"


def test_staff_without_a_second_factor_can_leave(client):
    client.force_login(person(office=True))
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def enters(client, code: str) -> bool:
    client.cookies.clear()
    client.post(reverse("account_login"), {"login": "known@example.org", "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code})
    return "_auth_user_id" in client.session


def test_a_recovery_code_opens_once(client):
    user = person(office=True)
    TOTP.activate(user, SECRET)
    first, second, *_rest = RecoveryCodes.activate(user).get_unused_codes()
    assert [enters(client, code) for code in (first, first, second)] == [True, False, True]


def test_a_code_of_the_app_opens_once(client, time_machine):
    time_machine.move_to("2026-11-09T04:00:01Z", tick=False)
    TOTP.activate(person(office=True), SECRET)
    code = code_of(SECRET)
    assert [enters(client, code), enters(client, code)] == [True, False]
    time_machine.shift(31)
    assert enters(client, code) is False
    assert enters(client, code_of(SECRET)) is True


def test_a_visitor_is_asked_for_no_session(client):
    answer = client.get(reverse("robots"))
    assert portal.SESSION_COOKIE_NAME not in answer.cookies
    assert "Cookie" not in answer.get("Vary", "")  # where the session was looked at, it would stand there
