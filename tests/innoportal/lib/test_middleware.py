import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import reverse

from innoportal.lib.middleware import CompressPublic
from tests.factories import UserFactory, WishFactory

LONG = "A wish of the department. " * 40
ASKED = {"Accept-Encoding": "gzip, deflate, br"}


def answered(response, **request):
    return CompressPublic(lambda _request: response)(RequestFactory().get("/", headers=ASKED, **request))


@pytest.mark.django_db
def test_a_page_is_compressed_for_who_is_not_signed_in_and_for_nobody_else(client):
    WishFactory.create_batch(3, open=True)
    address = reverse("wishes:list")
    plain = client.get(address).content
    packed = client.get(address, headers=ASKED)
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert int(packed["Content-Length"]) == len(packed.content) < len(plain) / 3
    assert gzip.decompress(packed.content) == plain
    client.force_login(UserFactory())
    own = client.get(address, headers=ASKED)
    assert "Content-Encoding" not in own
    assert b"</html>" in own.content


def test_what_tells_who_somebody_is_stays_uncompressed_in_the_request_and_in_the_answer(settings):
    answer = HttpResponse(LONG)
    answer.set_cookie(settings.SESSION_COOKIE_NAME, "x")
    assert "Content-Encoding" not in answered(answer)
    assert "Content-Encoding" not in answered(HttpResponse(LONG), HTTP_AUTHORIZATION="Token x")
    assert answered(HttpResponse(LONG))["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("kind", "is_packed"),
    [
        ("text/html; charset=utf-8", True),
        ("application/json", True),
        ("application/atom+xml; charset=utf-8", True),
        ("application/pdf", False),
        ("image/png", False),
    ],
)
def test_only_text_is_compressed(kind, is_packed):
    assert answered(HttpResponse(LONG, content_type=kind)).has_header("Content-Encoding") == is_packed


def test_a_stream_goes_out_as_it_comes():
    answer = answered(StreamingHttpResponse([LONG.encode()], content_type="text/csv"))
    assert "Content-Encoding" not in answer
    assert b"".join(answer) == LONG.encode()
