"""How often a password may be guessed: of one account, and from one network.

A try is written down before it is checked and taken back when it succeeds or comes too early, so that of many
that come at once no more than the limit are checked, and that nobody prolongs the wait of others by asking.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models.failures import KEPT, FailedSignIn
from accounts.throttling import TooMany

Limit = tuple[int, int]  # so many within so many seconds
OF_ACCOUNT: Limit = (5, 300)
SALT = "accounts.failed-sign-in"


def mark(kind: str, of: str) -> str:
    """Neither an address of mail nor one of a network is kept."""
    return salted_hmac(SALT, f"{kind}:{of.strip().lower()}", algorithm="sha256").hexdigest()


def marks(request: HttpRequest, login: str) -> dict[str, Limit]:
    """What a try counts for, whether there is such an account or not."""
    return {
        mark("account", login): OF_ACCOUNT,
        mark("network", get_ip(request)): (settings.SIGN_IN_FAILURES_OF_NETWORK, 60),
    }


def begin(request: HttpRequest, login: str) -> list[int]:
    """The keys of the try, to be taken back when it succeeds.

    :raises TooMany: the account, or the network, has to wait.
    """
    limits, now = marks(request, login), timezone.now()
    FailedSignIn.objects.filter(at__lt=now - KEPT).delete()
    made = FailedSignIn.objects.bulk_create([FailedSignIn(mark=one, at=now) for one in limits])
    tries = [one.pk for one in made]
    wait = max(_wait(one, limit, now, tries) for one, limit in limits.items())
    if wait > 0:
        take_back(tries)
        raise TooMany(wait)
    return tries


def _wait(of: str, limit: Limit, now: datetime, own: Iterable[int]) -> float:
    """Seconds until there is one of the limit free; zero or less: there is."""
    most, seconds = limit
    past = FailedSignIn.objects.filter(mark=of, at__gt=now - timedelta(seconds=seconds)).exclude(pk__in=own)
    oldest = past.order_by("-at", "-pk").values_list("at", flat=True)[most - 1 : most]
    return max(((one - now).total_seconds() + seconds for one in oldest), default=0.0)


def take_back(tries: Iterable[int]) -> None:
    FailedSignIn.objects.filter(pk__in=list(tries)).delete()


def forget(login: str) -> None:
    """Who proves by a mail that the account is theirs does not wait for what others tried."""
    FailedSignIn.objects.filter(mark=mark("account", login)).delete()
