"""Where venues are, drawn on an outline of Hong Kong that needs no map server.

`hong_kong.json` is the outline of Natural Earth 1:10m (public domain; from world-atlas 2.0.2), which leaves
small islands out and is right to some hundred metres: enough to say where a place is, not to find it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, radians
from pathlib import Path

from trials.models import Venue

WEST, EAST, SOUTH, NORTH = 113.81, 114.42, 22.14, 22.58  # degrees
WIDTH = 640  # of the drawing, whose height follows
SQUEEZE = cos(radians((SOUTH + NORTH) / 2))  # a degree of longitude in degrees of latitude
SCALE = WIDTH / ((EAST - WEST) * SQUEEZE)
HEIGHT = round((NORTH - SOUTH) * SCALE)


@dataclass(frozen=True)
class Marker:
    number: int
    venue: Venue
    x: float
    y: float


def at(longitude: float, latitude: float) -> tuple[float, float]:
    """From left and top."""
    return round((longitude - WEST) * SQUEEZE * SCALE, 1), round((NORTH - latitude) * SCALE, 1)


@cache
def land() -> str:
    """The path of the coast and the boundary."""
    outline = json.loads((Path(__file__).parent / "hong_kong.json").read_text())
    rings = (ring for polygon in outline["coordinates"] for ring in polygon)
    return "".join(f"M{'L'.join(_points(ring))}Z" for ring in rings)


def _points(ring: Sequence[Sequence[float]]) -> list[str]:
    return ["{:g} {:g}".format(*at(longitude, latitude)) for longitude, latitude in ring]


def markers(venues: Iterable[Venue]) -> list[Marker]:
    """Numbered in this order; one that is not on the map keeps its number."""
    found = []
    for number, venue in enumerate(venues, 1):
        if venue.longitude is None or venue.latitude is None:
            continue
        if WEST <= venue.longitude <= EAST and SOUTH <= venue.latitude <= NORTH:
            found.append(Marker(number, venue, *at(float(venue.longitude), float(venue.latitude))))
    return found


def drawn(venues: Iterable[Venue]) -> dict[str, object] | None:
    """For trials/map.html; None where no venue has a place on it."""
    found = markers(venues)
    return {"markers": found, "land": land(), "width": WIDTH, "height": HEIGHT} if found else None
