"""How long the person who publishes a wish waits for the answer; matching and mails are for the worker."""

import http.client
import time
from statistics import median
from urllib.parse import urlencode, urlsplit

from django.urls import reverse

from innoportal.bench.measuring import sign_in
from innoportal.bench.serving import Serving
from wishes.models import Wish

OFFICE = "office@example.org"
TOKEN = "a" * 32  # in the cookie and in the form: all that the check of a form's origin compares
TIMES = 10


def publish(serving: Serving) -> dict[str, float]:
    """Milliseconds from the click to the answer, for some wishes under review; they are open afterwards.

    :raises SystemExit: the portal does not publish them.
    """
    wishes = list(Wish.objects.filter(status=Wish.Status.SCREENING).order_by("pk")[:TIMES])
    times = [click(serving, wish) for wish in wishes]
    slugs = [wish.pk for wish in wishes]
    if not times or Wish.objects.filter(pk__in=slugs, status=Wish.Status.OPEN).count() != len(wishes):
        raise SystemExit("No wish under review could be published.")
    return {"times": len(times), "median ms": round(median(times), 1), "longest ms": round(max(times), 1)}


def click(serving: Serving, wish: Wish) -> float:
    place = urlsplit(serving.address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
    headers = {
        "Cookie": f"{sign_in(OFFICE)}; csrftoken={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    path, body = reverse("wishes:publish", args=[wish.slug]), urlencode({"csrfmiddlewaretoken": TOKEN})
    began = time.monotonic()
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    took = (time.monotonic() - began) * 1000
    connection.close()
    if answer.status != 302:
        raise SystemExit(f"Publishing answers {answer.status}.")
    return took
