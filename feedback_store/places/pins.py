"""Whether a pin can be where the report is: at 0,0 and abroad it cannot, in another province it is asked about."""

from __future__ import annotations

from dataclasses import dataclass

from feedback_store.places.country import CommuneEntry, country
from feedback_store.places.gazetteer import Gazetteer, distance_km

FAR_KM = 60.0
"""Further from the centre of every commune than this is nowhere near one."""
# South, west, north, east of the mainland and the islands near it, and of the two archipelagos.
_COUNTRY = ((7.8, 102.0, 23.5, 110.0), (6.0, 110.0, 17.5, 117.5))


@dataclass(frozen=True, slots=True)
class Nearby:
    """``nearest``: of this installation; ``elsewhere``: the commune of another province that lies clearly nearer."""

    in_country: bool
    nearest: CommuneEntry | None
    elsewhere: CommuneEntry | None

    @property
    def fits(self) -> bool:
        return self.in_country and self.elsewhere is None and self.nearest is not None


def in_country(lat: float, lon: float) -> bool:
    """Whether degrees WGS 84 lie in a frame around Viet Nam, its islands among them."""
    return any(south <= lat <= north and west <= lon <= east for south, west, north, east in _COUNTRY)


def judged(lat: float, lon: float, places: Gazetteer) -> Nearby:
    """Of degrees WGS 84. Boundaries are not known: near one, the nearer centre may be the neighbour's."""
    if not in_country(lat, lon):
        return Nearby(False, None, None)
    if not places.communes:
        return Nearby(True, CommuneEntry("", "", lat, lon), None)
    own = places.nearest(lat, lon, 1)
    if not own:
        return Nearby(True, CommuneEntry("", "", lat, lon), None)
    nearest, away = own[0]
    others = [
        (distance_km(lat, lon, one.lat, one.lon), one)
        for one in country().communes
        if one.code not in places.communes and one.lat is not None and one.lon is not None
        and abs(one.lat - lat) < 0.7 and abs(one.lon - lon) < 0.7
    ]  # fmt: skip
    near, other = min(others, key=lambda pair: pair[0], default=(1e9, None))
    if away <= FAR_KM and away <= 2 * near + 3:
        return Nearby(True, nearest, None)
    if other is not None and near <= FAR_KM:
        return Nearby(True, nearest if away <= FAR_KM else None, other)
    return Nearby(True, None, None)
