"""How a room says what it holds about a person: each row that names them, and what of it is theirs to have.

The whole is gathered by `innoportal.holdings`; a relation to a person that nobody declares fails a test.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db.models import Q

from accounts.fates import Duties, Fates
from accounts.models import User

MOST = 20_000  # rows of one relation that are handed out, the newest

Narrow = Callable[[Any, User], Any]  # a queryset, and who asks → the rows of it that they may have


def visible(rows: Any, user: User) -> Any:
    """Only what they may read today: the text of a draft stays with the organisation that they have left."""
    return rows.filter(pk__in=rows.model._default_manager.visible_to(user).values("pk"))


@dataclass(frozen=True)
class Rows:
    """Of one model those that name a person in `by`, with `fields` and nothing else.

    A field that would hand out another's name, address or secret is not among them.
    """

    model: str  # as "wishes.Question"
    by: str  # a field, or a path of fields, with the person, their number, or (`by_address`) their address
    fields: str  # divided by spaces; a path of fields where another row says it
    only: Narrow | None = None
    by_address: bool = False
    clean: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.model}.{self.by}"

    def of(self, user: User) -> Any:
        """The rows, whether they are handed out or not."""
        rows = apps.get_model(self.model)._base_manager.all()
        if self.by_address:
            return rows.filter(self._to(user))
        return rows.filter(**{self.by: user.pk})

    def _to(self, user: User) -> Q:
        """An address is the same in any case of its letters."""
        found = Q(pk__in=[])
        for address in addresses(user):
            found |= Q(**{f"{self.by}__iexact": address})
        return found

    def told(self, user: User, most: int = MOST) -> Iterator[dict[str, Any]]:
        """The newest first; one more than `most` where there are more."""
        rows = self.of(user)
        if self.only is not None:
            rows = self.only(rows, user)
        for row in rows.order_by("-pk").values(*self.fields.split())[: most + 1].iterator(chunk_size=500):
            yield {key: self.clean.get(key, _same)(value) for key, value in row.items()}


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class File:
    """One file of what is handed out, and what stands in it in words that everyone understands."""

    name: str
    title: Any
    rows: tuple[Rows, ...]


@dataclass(frozen=True)
class Holding:
    """What one room holds about a person; `excused`: relation → why nothing of it is handed out.

    When an account is closed, each relation meets its fate; `duties` are what nobody else would do then.
    """

    title: Any
    files: tuple[File, ...]
    excused: Mapping[str, str] = field(default_factory=dict)
    fates: Fates = field(default_factory=dict)
    duties: tuple[Duties, ...] = ()


def addresses(user: User) -> list[str]:
    """In small letters; of those that they have proved to be theirs."""
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return sorted({user.email.lower(), *(address.lower() for address in proved)})
