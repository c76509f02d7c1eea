"""A browser by the name that its owner knows."""

import pytest
from django.utils import translation

from accounts.devices import device

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1"
)


@pytest.mark.parametrize(
    ("user_agent", "called"),
    [
        (CHROME.format("X11; Linux x86_64"), "Chrome on Linux"),
        (CHROME.format("Linux; Android 16; K"), "Chrome on Android"),
        (CHROME.format("Windows NT 10.0; Win64; x64") + " Edg/149.0.0.0", "Microsoft Edge on Windows"),
        (SAFARI, "Safari on iPhone"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:150.0) Gecko/20100101 Firefox/150.0",
            "Firefox on macOS",
        ),
        ("curl/8.9", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_a_browser_is_called_by_its_name_and_system(user_agent, called):
    assert device(user_agent) == called


def test_it_is_called_so_in_chinese():
    with translation.override("zh-hant"):
        assert device(SAFARI) == "iPhone 上的 Safari"
