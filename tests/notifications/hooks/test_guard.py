import socket

import pytest

from notifications.hooks.calling import call
from notifications.hooks.guard import Refused, addresses, allowed, place_of

CLOSED = [
    "0.0.0.0",  # noqa: S104
    *("127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.127.255.254", "224.0.0.1", "239.1.1.1", "255.255.255.255"),
    *("192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.7", "240.0.0.1"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "fe80::1", "fc00::1", "fd12::1"),
    *("ff02::1", "fec0::1", "2001:db8::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::"),
    *("2001:0:1::1", "64:ff9b:1::1"),
]


@pytest.mark.parametrize("address", CLOSED)
def test_no_address_of_a_network_that_is_not_public_is_called(address):
    assert not allowed(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1"])
def test_public_addresses_are_called(address):
    assert allowed(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/"),
        *("https://example.org:22/", "https://example.org:6379/", "https://example.org:0/"),
        *("https://name:word@example.org/", "https://@example.org/", "https:///path", "https://", "x"),
        *("https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/x"),
        *("https://example.org/#part", "https://exa mple.org/", "https://example.org/\r\nHost: x"),
        *("https://[fe80::1%25eth0]/", "https://example.org:99999/", "https://exa\u0000mple.org/"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_in_words(url):
    with pytest.raises(Refused, match=r"\w"):
        place_of(url)


def test_a_name_in_another_script_is_called_by_its_ascii_name():
    assert place_of("https://例子.example.org/a?b=c").host == "xn--fsqu00a.example.org"


def test_a_name_of_which_one_number_is_private_is_not_called(resolver):
    resolver["two.example"] = [["93.184.216.34", "10.0.0.1"]]
    with pytest.raises(Refused):
        addresses(place_of("https://two.example/"))


@pytest.mark.parametrize("number", ["2130706433", "0x7f000001", "017700000001", "127.1"])
def test_other_ways_to_write_loopback_lead_nowhere(number):
    with pytest.raises((Refused, OSError)):
        addresses(place_of(f"https://{number}/"))


def test_a_name_that_means_something_else_the_second_time_is_not_asked_twice(resolver, monkeypatch):
    resolver["rebind.example"] = [["93.184.216.34"], ["127.0.0.1"]]
    reached = []

    def create_connection(address, timeout):
        reached.append(address)
        raise OSError("not today")

    monkeypatch.setattr(socket, "create_connection", create_connection)
    call("https://rebind.example/", "{}", {})
    assert reached == [("93.184.216.34", 443)]
    assert call("https://rebind.example/", "{}", {}).error.startswith("The address leads into a network")
    assert len(reached) == 1


def test_nothing_on_loopback_hears_of_a_call_in_service(endpoint, resolver):
    port = endpoint.server_address[1]
    resolver["inside.example"] = [["127.0.0.1"]]
    for url in (endpoint.url, f"https://127.0.0.1:{port}/", "https://inside.example/"):
        answer = call(url, "{}", {})
        assert (answer.status, bool(answer.error)) == (None, True)
    assert endpoint.heard == []
