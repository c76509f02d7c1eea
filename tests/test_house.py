"""What no linter knows of the house."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from factory.django import DjangoModelFactory

from tests import factories

ROOMS = [
    "accounts",
    "topics",
    "journal",
    "documents",
    "notifications",
    "desk",
    "wishes",
    "solutions",
    "matching",
    "trials",
]


LOCK = re.compile(r"= (0x1AA7_[0-9A-F]{4}|shelf\.BUILDING \+ \d)\b")


def modules():
    for room in ROOMS:
        for path in sorted((settings.BASE_DIR / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_only_a_workflow_assigns_a_status(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            is_status = isinstance(target, ast.Attribute) and target.attr == "status"
            assert not is_status or path.name == "workflow.py", f"line {node.lineno} assigns a status"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            names = {keyword.arg for keyword in node.keywords}
            assert "status" not in names or path.name == "workflow.py", f"line {node.lineno} updates a status"


def test_no_two_advisory_locks_have_one_number():
    """Of two with one number, each waits for work that it does not know of."""
    found = [number for path in modules() for number in LOCK.findall(path.read_text())]
    assert len(found) > 5
    assert len(set(found)) == len(found)


def test_every_noun_has_a_factory():
    made = {
        factory._meta.model
        for _name, factory in inspect.getmembers(factories, inspect.isclass)
        if issubclass(factory, DjangoModelFactory) and not factory._meta.abstract
    }
    nouns = {model for room in ROOMS for model in apps.get_app_config(room).get_models()}
    assert {model.__name__ for model in nouns - made} == set()


@pytest.mark.parametrize("room", [*ROOMS, "innoportal"])
def test_no_module_is_too_long_to_be_read_at_once(room):
    long = {
        str(path.relative_to(settings.BASE_DIR)): lines
        for path in (settings.BASE_DIR / room).rglob("*.py")
        if "migrations" not in path.parts
        for lines in [len(path.read_text().splitlines())]
        if lines > 300
    }
    assert long == {}


# Everyone may open these without signing in; whatever else has an address asks who is there.
PUBLIC = {
    "root", "report-keys", "report-register", "sitemap", "sitemap-section",
    "matching:similar", "matching:while-writing", "trials:reports-that-answer",
    "healthz", "readyz", "schema", "api-docs", "api-docs-root", "robots", "security-txt", "keys",
    "set_language", "home", "about", "accessibility", "privacy", "styleguide",
    "organisations-feed", "topics:list", "topics:detail",
    "search:search", "search:save", "search:by-mail",
    "notices:follow-by-mail", "notices:sent", "notices:confirm", "notices:by-mail", "notices:leave",
    "case:wish", "case:solution", "wishes:list", "wishes:detail", "wishes:feed",
    "calls:list", "calls:detail", "calls:feed", "solutions:list", "solutions:detail",
    "solutions:feed", "solutions:versions", "solutions:version",
    "matching:detail", "matching:of-wish", "matching:of-solution", "matching:of-call",
    "trials:list", "trials:venues", "trials:venue",
    "trials:detail", "trials:reports", "trials:report", "trials:report-pdf", "trials:report-json",
    "trials:report-feed", "trials:trials-feed", "search:feed",
    "wishes:calendar", "calls:calendar", "calls:calendar-of", "trials:calendar", "personal-calendar",
    "trials:verify", "trials:verify-report", "trials:verifier", "trials:keys",
    "trials:feed", "trials:answer", "trials:ladder", "trials:live",
    "trials:compare", "trials:proof-of-solution", "trials:proof-of-organisation",
    "trials:report-bibtex", "trials:report-ris", "trials:report-csl", "trials:verify-badge",
    "people:organisation", "notices:unsubscribe", "notices:opened", "documents:download", "documents:preview",
    "documents:picture", "account_login",
    "account_logout", "account_signup", "account_inactive", "account_confirm_email",
    "account_email_verification_sent", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done",
    "account_request_login_code", "account_confirm_login_code", "mfa_authenticate",
    "account_complete_login", "mfa_trust",
}  # fmt: skip
ARGUMENTS = {"slug": "no-such", "key": "nosuch", "pk": 1, "token": "x", "uidb36": "x", "version": 1}


def named(patterns=None, prefix=""):
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            if entry.app_name in ("admin",):
                continue
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from named(entry.url_patterns, inner)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{prefix}{entry.name}", entry


def addresses():
    for name, entry in sorted(dict(named()).items()):
        if (
            name in PUBLIC
            or name.startswith(("api:", "mailbox"))
            or "mail" in name.split(":")[0].split("_")[0]
        ):
            continue
        yield pytest.param(name, entry, id=name)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "entry"), list(addresses()))
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_that_is_not_public_turns_a_visitor_away(client, name, entry, method):
    from uuid import uuid4

    from django.urls import reverse

    converters = entry.pattern.converters
    kinds = {"int": 1, "uuid": uuid4(), "slug": "no-such", "str": "no-such", "path": "x"}
    arguments = {
        argument: kinds.get(
            type(converter).__name__.removesuffix("Converter").lower().replace("string", "str"), "x"
        )
        for argument, converter in converters.items()
    }
    url = reverse(name, kwargs=arguments)
    response = getattr(client, method)(url)
    to_sign_in = response.status_code == 302 and "/account/login/" in response.url
    assert to_sign_in or response.status_code in (401, 403, 404, 405), (
        response.status_code,
        getattr(response, "url", ""),
    )


@pytest.mark.django_db
def test_no_page_answers_without_the_strict_policy(client):
    policy = client.get("/en/about/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def pieces():
    """Pages and pieces of pages of each room; mails are named by the verb that sends them."""
    folder = settings.BASE_DIR / "templates"
    for room in [*ROOMS, "components"]:
        for path in sorted((folder / room).rglob("*.html")):
            yield path.relative_to(folder).as_posix()


def test_every_page_and_piece_of_a_page_has_a_caller():
    """Named in quotes by code or by a template; a comment names without quotes."""
    sources = [*modules(), *(settings.BASE_DIR / "innoportal").rglob("*.py")]
    sources += (settings.BASE_DIR / "templates").rglob("*.html")
    text = "".join(path.read_text() for path in sources)
    assert [piece for piece in pieces() if f'"{piece}' not in text] == []
