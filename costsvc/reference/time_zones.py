"""Time zones of the grid zones that have hourly profiles."""

from collections.abc import Mapping

TIME_ZONES: Mapping[str, str] = {
    "em:AU-NSW": "Australia/Sydney",
    "em:AU-VIC": "Australia/Melbourne",
    "em:BR-CS": "America/Sao_Paulo",
    "em:CA-ON": "America/Toronto",
    "em:CL-SEN": "America/Santiago",
    "em:DE": "Europe/Berlin",
    "em:GB": "Europe/London",
    "em:IN-WE": "Asia/Kolkata",
    "em:JP-TK": "Asia/Tokyo",
    "em:KR": "Asia/Seoul",
    "em:SG": "Asia/Singapore",
    "em:US-CAL-CISO": "America/Los_Angeles",
    "em:US-MIDA-PJM": "America/New_York",
    "em:US-NY-NYIS": "America/New_York",
    "em:US-TEX-ERCO": "America/Chicago",
    "em:ZA": "Africa/Johannesburg",
}
"""IANA time zone in which most people of a grid zone live; the west of PJM and of Ontario keeps another time."""


def time_zone(zone: str | None) -> str | None:
    """The IANA time zone of a grid zone; None if the zone has no hourly profile.

    Args:
        zone: The grid zone.
    """
    return None if zone is None else TIME_ZONES.get(zone)
