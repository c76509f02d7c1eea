"""Signing up, in and out, as a stranger tries it."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse

from accounts.models import Role, User
from notifications.tasks import sweep_letters
from tests.factories import PASSWORD, SolutionFactory, UserFactory

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN = "known@example.org", "stranger@example.org"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def known() -> User:
    return with_address(UserFactory(email=KNOWN))


def with_address(user: User) -> User:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client, email=KNOWN, password=PASSWORD, **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def is_signed_in(client) -> bool:
    return client.get(reverse("people:profile")).status_code == 200


def sign_up(client, email=UNKNOWN, password=PASSWORD, **extra):
    data = {"email": email, "password1": password, "name": "Chan Tai Man"}
    return client.post(reverse("account_signup"), data, **extra)


def without_secrets(response) -> str:
    """The body, without what differs at every request."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
    return body.replace(KNOWN, "ADDRESS").replace(UNKNOWN, "ADDRESS")


def test_a_new_person_proves_the_address_by_a_code_from_the_mail_and_is_in(client, mailoutbox):
    response = sign_up(client)
    assert not is_signed_in(client)
    sweep_letters()
    [mail] = mailoutbox
    assert mail.to == [UNKNOWN]
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})*)\s*$", mail.body, re.MULTILINE).group(1)
    response = client.post(response.url, {"code": code})
    assert response.status_code == 302
    assert is_signed_in(client)
    user = User.objects.get()
    assert (user.email, user.name, user.language, user.roles) == (UNKNOWN, "Chan Tai Man", "en", [])
    assert not user.is_staff
    assert not user.is_superuser


def test_a_wrong_code_opens_nothing(client):
    page = sign_up(client).url
    for _ in range(4):
        client.post(page, {"code": "WRONG1"})
    assert not is_signed_in(client)
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_a_person_who_signs_up_in_chinese_reads_chinese(client):
    client.post(
        reverse("account_signup").replace("/en/", "/zh-hant/"),
        {"email": UNKNOWN, "password1": PASSWORD, "name": "陳大文"},
    )
    assert User.objects.get().language == "zh-hant"


@pytest.mark.parametrize("extra", [{"roles": "office"}, {"is_superuser": "on"}, {"is_staff": "on"}])
def test_sign_up_takes_no_rights_from_the_form(client, extra):
    data = {"email": UNKNOWN, "password1": PASSWORD, "name": "Sly"} | extra
    client.post(reverse("account_signup"), data)
    user = User.objects.get()
    assert (user.roles, user.is_staff, user.is_superuser) == ([], False, False)


@pytest.mark.parametrize(
    "password", ["short1234", "eleven chrs", "1q2w3e4r5t6y", "qazwsxedcrfv", "stranger@example.org"]
)
def test_short_common_and_personal_passwords_are_refused(client, password):
    response = sign_up(client, password=password)
    assert "password1" in response.context["form"].errors
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password", ["correct horse battery staple", "昨夜西風凋碧樹獨上高樓望盡", "x9" * 40]
)
def test_long_passwords_of_any_letters_are_taken_whole(client, password):
    sign_up(client, password=password)
    user = User.objects.get()
    assert user.check_password(password)
    assert not user.check_password(password[:-1])


def test_the_right_password_signs_in_and_the_session_key_is_a_new_one(client, known):
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    assert sign_in(client).status_code == 302
    assert is_signed_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_the_address_is_read_without_regard_to_case(client, known):
    sign_in(client, email=KNOWN.upper())
    assert is_signed_in(client)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client, known):
    cookie = sign_in(client).cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["expires"]) == (True, "Lax", "")


def test_after_five_wrong_passwords_even_the_right_one_waits(client, known):
    for number in range(5):
        assert sign_in(client, password="wrong", REMOTE_ADDR=f"10.0.0.{number}").status_code == 200
    response = sign_in(client, REMOTE_ADDR="10.0.0.99")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 300
    assert not is_signed_in(client)


def test_the_owner_is_let_in_again_when_the_time_is_over(client, known, time_machine):
    now = datetime.now(UTC)
    time_machine.move_to(now, tick=False)
    for _ in range(5):
        sign_in(client, password="wrong")
    time_machine.move_to(now + timedelta(seconds=301), tick=False)
    sign_in(client)
    assert is_signed_in(client)


@pytest.mark.parametrize("forged", [False, True])
def test_one_address_that_tries_many_accounts_is_slowed_down_whatever_it_claims_to_be(client, known, forged):
    for number in range(10):
        extra = {"HTTP_X_FORWARDED_FOR": f"203.0.113.{number}"} if forged else {}
        sign_in(client, email=f"guess{number}@example.org", password="wrong", **extra)
    sign_in(client)
    assert not is_signed_in(client)
    sign_in(client, REMOTE_ADDR="192.0.2.7")
    assert is_signed_in(client)


def test_sign_in_tells_no_one_which_addresses_have_an_account(client, known):
    answers = [sign_in(client, email=email, password="wrong") for email in (KNOWN, UNKNOWN)]
    assert {answer.status_code for answer in answers} == {200}
    assert without_secrets(answers[0]) == without_secrets(answers[1])


def test_sign_up_tells_no_one_which_addresses_have_an_account(client, client_of, known, mailoutbox):
    first, second = client_of(), client_of()
    answers = [sign_up(first, email=KNOWN), sign_up(second, email=UNKNOWN)]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, answers[0].url)}
    pages = [one.get(answers[0].url) for one in (first, second)]
    assert {page.status_code for page in pages} == {200}
    assert without_secrets(pages[0]) == without_secrets(pages[1])
    sweep_letters()
    assert [mail.to for mail in mailoutbox] == [[KNOWN], [UNKNOWN]]
    assert User.objects.filter(email=KNOWN).count() == 1


def test_reset_tells_no_one_which_addresses_have_an_account(client_of, known):
    clients = [client_of(), client_of()]
    answers = [
        one.post(reverse("account_reset_password"), {"email": email})
        for one, email in zip(clients, (KNOWN, UNKNOWN), strict=True)
    ]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, answers[0].url)}
    pages = [one.get(answers[0].url) for one in clients]
    assert without_secrets(pages[0]) == without_secrets(pages[1])


@pytest.fixture
def client_of():
    from django.test import Client

    return Client


def reset_link(mail) -> str:
    return re.search(r"https?://\S+", mail.body).group()


def test_a_reset_link_sets_a_new_password_once(client, known, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": KNOWN})
    sweep_letters()
    link = urlsplit(reset_link(mailoutbox[0])).path
    page = client.get(link).url
    client.post(page, {"password1": "another long passphrase", "password2": "another long passphrase"})
    known.refresh_from_db()
    assert known.check_password("another long passphrase")
    client.logout()
    assert client.get(link).status_code == 200
    assert client.get(link).context["token_fail"]


@pytest.mark.parametrize(
    "extra",
    [
        {"HTTP_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_HOST": "evil.example"},
        {"HTTP_HOST": "127.0.0.1:8000@evil.example"},
        {"HTTP_FORWARDED": "host=evil.example"},
    ],
)
def test_a_reset_mail_never_leads_to_a_host_that_the_request_named(
    client, known, mailoutbox, settings, extra
):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
    client.raise_request_exception = False
    response = client.post(reverse("account_reset_password"), {"email": KNOWN}, **extra)
    assert response.status_code in (302, 400)
    sweep_letters()
    assert len(mailoutbox) == (response.status_code == 302)
    assert all("evil.example" not in mail.body for mail in mailoutbox)


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "////evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "http:evil.example",
    "http:///evil.example",
    "https://127.0.0.1@evil.example/",
    "https://testserver.evil.example/",
    "https://testserver@evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt://testserver/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "\t//evil.example",
    "%2f%2fevil.example",
    " https://evil.example",
    "https:\\\\evil.example",
    "ftp://evil.example",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_sign_in_leads_to_no_other_site(client, known, target):
    data = {"login": KNOWN, "password": PASSWORD, "next": target}
    response = client.post(reverse("account_login"), data)
    assert response.status_code == 302
    where = urlsplit(response.url.replace("\\", "/").strip())
    assert (where.scheme, where.netloc) in {("", ""), ("http", "testserver")}
    assert not response.url.strip().startswith(("//", "\\", "/\\"))


def test_sign_in_leads_on_to_a_page_of_the_portal(client, known):
    data = {"login": KNOWN, "password": PASSWORD, "next": "/en/solutions/"}
    assert client.post(reverse("account_login"), data).url == "/en/solutions/"


def test_sign_out_ends_the_session_on_the_server(client, known):
    sign_in(client)
    key = client.session.session_key
    stolen = client.cookies["sessionid"].value
    client.post(reverse("account_logout"))
    assert not Session.objects.filter(session_key=key).exists()
    client.cookies["sessionid"] = stolen
    assert not is_signed_in(client)


def test_a_get_signs_nobody_out(client, known):
    sign_in(client)
    client.get(reverse("account_logout"))
    assert is_signed_in(client)


def test_a_disabled_person_is_out_at_the_next_request_and_cannot_come_back(client, known):
    sign_in(client)
    User.objects.update(is_active=False)
    assert not is_signed_in(client)
    sign_in(client)
    assert not is_signed_in(client)


def test_a_new_password_ends_the_sessions_elsewhere(client, client_of, known):
    other = client_of()
    sign_in(client)
    sign_in(other)
    known.set_password("another long passphrase")
    known.save()
    assert not is_signed_in(other)


def test_a_role_that_is_taken_away_is_gone_at_the_next_request(client):
    officer = UserFactory(office=True)
    solution = SolutionFactory(status="submitted")
    client.force_login(officer)
    assert client.get(solution.get_absolute_url()).status_code == 200
    User.objects.filter(pk=officer.pk).update(roles=[])
    assert client.get(solution.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("role", [None, *Role.values])
def test_the_administrators_site_is_for_administrators_alone(client, role):
    if role:
        client.force_login(UserFactory(roles=[role]))
    response = client.get("/admin/accounts/user/")
    assert response.status_code in (302, 403)


@pytest.mark.parametrize(
    "page", ["", "accounts/user/", "accounts/organisation/", "accounts/organisation/add/", "topics/topic/"]
)
def test_an_administrator_finds_people_and_vocabularies_there(client, page):
    client.force_login(UserFactory(administrator=True))
    assert client.get(f"/admin/{page}").status_code == 200
