"""The uplink event of a LoRaWAN network server, as ChirpStack 4's HTTP integration posts it in JSON.

Of it are read: deviceInfo.devEui, fPort, fCnt, time, object (what the codec of the device profile decoded)
and rxInfo (one for each gateway that heard it). Its other events carry no readings.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from trials.batches import Unreadable


@dataclass(frozen=True)
class Uplink:
    dev_eui: str
    f_port: int
    time: str | None
    object: Mapping[str, Any]
    radio: Mapping[str, Any]  # of the gateway that heard it best


def read(data: bytes) -> Uplink:
    """:raises Unreadable: it is no uplink event, or nothing decoded it."""
    try:
        event = json.loads(data)
        device = str(event["deviceInfo"]["devEui"]).lower()
        port = int(event.get("fPort") or 0)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        message = _("The body is not an uplink event of ChirpStack 4 in JSON: deviceInfo.devEui is missing.")
        raise Unreadable(message) from error
    decoded = event.get("object")
    if not isinstance(decoded, dict):
        message = _("The event has no decoded “object”: give the device profile a codec in ChirpStack.")
        raise Unreadable(message)
    return Uplink(device, port, _time(event), decoded, _radio(event))


def flat(decoded: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """{"power": {"total": 3}} → {"power.total": 3}."""
    found: dict[str, Any] = {}
    for name, value in decoded.items():
        if isinstance(value, dict) and depth < 5:
            found |= flat(value, f"{prefix}{name}.", depth + 1)
        else:
            found[f"{prefix}{name}"] = value
    return found


def _time(event: Mapping[str, Any]) -> str | None:
    """When the network server heard it; by a gateway's clock where it does not say."""
    if event.get("time"):
        return str(event["time"])
    times = [one.get("gwTime") or one.get("nsTime") for one in _heard(event)]
    return next((str(time) for time in times if time), None)


def _heard(event: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = event.get("rxInfo")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _radio(event: Mapping[str, Any]) -> dict[str, Any]:
    def strength(one: Mapping[str, Any]) -> float:
        return float(one["rssi"]) if isinstance(one.get("rssi"), int | float) else float("-inf")

    heard = _heard(event)
    best = max(heard, key=strength, default={})
    kept = {"gateway": best.get("gatewayId"), "rssi": best.get("rssi"), "snr": best.get("snr")}
    kept |= {"f_cnt": event.get("fCnt"), "gateways": len(heard)}
    return {name: value for name, value in kept.items() if isinstance(value, int | float | str)}
