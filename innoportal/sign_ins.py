"""Who signed in and out, and who was given or lost which rights: the auditor's page of the journal."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Q, QuerySet
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import ListView

from accounts.models import Membership, Organisation, Role, User
from journal.models import Entry

PERSON, ORGANISATION = User._meta.label_lower, Organisation._meta.label_lower
SESSIONS = {
    "sign_in": gettext_lazy("Signed in"),
    "sign_out": gettext_lazy("Signed out"),
}
FACTORS = {
    "fail_second_factor": gettext_lazy("Gave a wrong second factor"),
    "add_second_factor": gettext_lazy("Set up a second factor"),
    "remove_second_factor": gettext_lazy("Removed a second factor"),
    "renew_second_factor": gettext_lazy("Made new recovery codes"),
    "change_password": gettext_lazy("Password changed"),
    "reset_password": gettext_lazy("Password set anew by a link of a mail"),
    "change_address": gettext_lazy("E-mail address changed"),
    "export_data": gettext_lazy("Took along what the portal holds about them"),
}
RIGHTS = {
    "create": gettext_lazy("Account made by an administrator"),
    "change_rights": gettext_lazy("Rights changed"),
    "delete": gettext_lazy("Account deleted"),
    "close_account": gettext_lazy("Account closed, and what names the person erased"),
}
MEMBERS = {
    "create": gettext_lazy("Organisation made by an administrator"),
    "change_rights": gettext_lazy("Standing of an organisation changed"),
    "delete": gettext_lazy("Organisation deleted"),
    "add_member": gettext_lazy("A member was added"),
    "join": gettext_lazy("A member joined"),
    "accept_join": gettext_lazy("A request to join was accepted"),
    "change_role": gettext_lazy("A role was changed"),
    "remove_member": gettext_lazy("A member was removed"),
}
WHYS = {
    "idle": gettext_lazy("after a time without use"),
    "longest": gettext_lazy("after the longest time that a sign-in lasts"),
    "elsewhere": gettext_lazy("from another device of the same person"),
}
KINDS = {
    "": gettext_lazy("All"),
    "sessions": gettext_lazy("Sign-ins"),
    "factors": gettext_lazy("Passwords and second factors"),
    "rights": gettext_lazy("Rights"),
}
LABELS = {
    "authenticator": {
        "totp": gettext_lazy("Authenticator app"),
        "recovery_codes": gettext_lazy("Recovery codes"),
    },
    "role": {**dict(Role.choices), **dict(Membership.Role.choices)},
    "kind": dict(Organisation.Kind.choices),
}


@dataclass(frozen=True)
class Line:
    """An entry as the auditor reads it."""

    entry: Entry
    title: Any
    about: str
    by: str
    organisation: Organisation | None
    notes: list[Any]
    changes: list[tuple[Any, str, str]]

    @property
    def person(self) -> int | None:
        """Whose other entries the name leads to."""
        return person_of(self.entry)


def entries(kind: str = "", person: int | None = None) -> QuerySet[Entry]:
    verbs = {"sessions": [SESSIONS], "factors": [FACTORS], "rights": [RIGHTS]}.get(
        kind, [SESSIONS, FACTORS, RIGHTS]
    )
    wanted = Q(noun=PERSON, verb__in=[verb for table in verbs for verb in table])
    if kind in ("", "rights"):
        wanted |= Q(noun=ORGANISATION, verb__in=MEMBERS)
    rows = Entry.objects.filter(wanted)
    if person is not None:
        rows = rows.filter(Q(noun=PERSON, object_id=person) | Q(details__person=person))
    return rows.order_by("-at", "-pk")


def lines(rows: Iterable[Entry]) -> list[Line]:
    """In words; a query for the organisations' names, and one for those of people as they are called now."""
    rows = list(rows)
    people = {key for entry in rows for key in (person_of(entry), entry.actor_id) if key}
    called = dict(User.objects.filter(pk__in=people).values_list("pk", "name")) if people else {}
    keys = {entry.object_id for entry in rows if entry.noun == ORGANISATION}
    named = Organisation.objects.in_bulk(keys) if keys else {}
    return [_line(entry, named, called) for entry in rows]


def person_of(entry: Entry) -> int | None:
    return entry.details.get("person", entry.object_id if entry.noun == PERSON else None)


def _line(entry: Entry, named: dict[int, Organisation], called: dict[int, str]) -> Line:
    """Who did it is told only where it was another; who is gone from the portal is called as they were."""
    of_person, person = entry.noun == PERSON, person_of(entry)
    own = entry.actor_name if of_person else ""
    titles = SESSIONS | FACTORS | RIGHTS if of_person else MEMBERS
    return Line(
        entry=entry,
        title=titles[entry.verb],
        about=called.get(person or 0) or entry.details.get("name", own),
        by="" if entry.actor_id == person else called.get(entry.actor_id or 0, entry.actor_name),
        organisation=None if of_person else named.get(entry.object_id),
        notes=_notes(entry.details),
        changes=_changes(entry.details, User if of_person else Organisation),
    )


def _notes(details: dict[str, Any]) -> list[Any]:
    notes = [_("with the second factor")] if details.get("second_factor") else []
    if factor := details.get("factor"):
        notes.append(LABELS["authenticator"].get(factor, factor))
    if why := details.get("why"):
        notes.append(WHYS.get(why, why))
    if asked := details.get("asked"):
        notes.append(asked)
    return notes


def _changes(details: dict[str, Any], noun: Any) -> list[tuple[Any, str, str]]:
    before, after = details.get("before", {}), details.get("after", {})
    told = [
        (noun._meta.get_field(name).verbose_name, _word(name, before), _word(name, after))
        for name in before | after
    ]
    if "from" in details or "to" in details:
        told.append((_("role"), _word("from", details), _word("to", details)))
    return told


def _word(name: str, side: dict[str, Any]) -> str:
    """A value as people read it; a dash for none."""
    value = side.get(name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    words = LABELS["kind" if name == "kind" else "role"]
    given = value if isinstance(value, list) else [value] if value else []
    return ", ".join(str(words.get(one, one)) for one in given) or "–"


class SignIns(PermissionRequiredMixin, ListView):
    """The latest first; narrowed by kind, or to one person by a click on the name."""

    permission_required = "accounts.view_sign_ins"
    template_name = "accounts/sign_ins.html"
    paginate_by = 50

    def handle_no_permission(self) -> Any:
        self.raise_exception = self.request.user.is_authenticated
        return super().handle_no_permission()

    def get_queryset(self) -> QuerySet[Entry]:
        return entries(self.kind(), self.person())

    def kind(self) -> str:
        given = self.request.GET.get("kind", "")
        return given if given in KINDS else ""

    def person(self) -> int | None:
        given = self.request.GET.get("person", "")
        return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        told = lines(context["page_obj"].object_list)
        return context | {
            "lines": told,
            "kind": self.kind(),
            "kinds": KINDS.items(),
            "person": self.person(),
            "of_whom": told[0].about if told and self.person() else "",
        }


urlpatterns = [path("account/sign-ins/", SignIns.as_view(), name="sign-ins-and-rights")]
