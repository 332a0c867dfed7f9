"""How clouds name zones and how people name clouds: parts of names of places that are not the place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

PROVIDERS = {
    "akamai": "akamai",
    "akamai-cloud": "akamai",
    "linode": "akamai",
    "alibaba": "alibaba",
    "alibaba-cloud": "alibaba",
    "alicloud": "alibaba",
    "aliyun": "alibaba",
    "amazon": "aws",
    "amazon-aws": "aws",
    "amazon-ec2": "aws",
    "amazon-web-services": "aws",
    "aws": "aws",
    "aws-ec2": "aws",
    "ec2": "aws",
    "azure": "azure",
    "microsoft": "azure",
    "microsoft-azure": "azure",
    "ms-azure": "azure",
    "core-weave": "coreweave",
    "coreweave": "coreweave",
    "crusoe": "crusoe",
    "crusoe-cloud": "crusoe",
    "digital-ocean": "digitalocean",
    "digitalocean": "digitalocean",
    "gce": "gcp",
    "gcp": "gcp",
    "google": "gcp",
    "google-cloud": "gcp",
    "google-cloud-platform": "gcp",
    "hetzner": "hetzner",
    "hetzner-cloud": "hetzner",
    "hyperstack": "hyperstack",
    "ibm": "ibm",
    "ibm-cloud": "ibm",
    "lambda": "lambda",
    "lambda-labs": "lambda",
    "lambdalabs": "lambda",
    "nebius": "nebius",
    "nebius-ai": "nebius",
    "oci": "oci",
    "oracle": "oci",
    "oracle-cloud": "oci",
    "oracle-cloud-infrastructure": "oci",
    "ovh": "ovh",
    "ovh-cloud": "ovh",
    "ovhcloud": "ovh",
    "run-pod": "runpod",
    "runpod": "runpod",
    "scaleway": "scaleway",
    "scw": "scaleway",
    "vultr": "vultr",
}
"""Clouds as people write them."""
LONGEST = 200
"""Letters of the longest name that is read."""
PROVIDER_WORDS = 3
"""Words of the longest name of a cloud."""
CODE = 3
"""Letters of the longest code of a state; a shorter name than this is none of a subdivision."""
STATES = ("us", "ca", "au")
"""Countries whose states people write with two or three letters behind a city."""
USAGE = frozenset(
    {"boxusage", "spotusage", "dedicatedusage", "datatransfer", "ebs", "aws", "natgateway", "requests", "timedstorage"}
)
"""Words of AWS's types of usage, which begin with the code of the region."""
VAGUE = frozenset(
    {
        *("of", "the", "and", "de", "la", "el", "new", "san", "city", "capital", "coast", "centre", "center"),
        *(
            "north",
            "south",
            "east",
            "west",
            "central",
            "northern",
            "southern",
            "eastern",
            "western",
            "nord",
            "sud",
            "est",
        ),
        *("northeast", "northwest", "southeast", "southwest", "ouest", "norte", "sul", "sur", "littoral"),
        *("county", "district", "department", "local", "states", "united", "republic", "kingdom", "area", "valley"),
        *("region", "zone", "state", "province", "islands", "island", "electric", "power", "energy", "grid", "europe"),
    }
)
"""Words that alone are the name of no place."""
BEFORE = re.compile(
    r"^(?:the|(?:city|state|province|republic|kingdom|region|canton|county) of|greater"
    r"|(?:projects-.+-)?(?:regions?|zones?|locations?))-".replace(" ", "-")
)
AFTER = re.compile(r"-(?:region|province|prefecture|metro|area|zone|data-cent(?:er|re)|dc)$")
"""Words about a place that say only what it is."""
INVERTED = re.compile(r".+-(?:of|the)")
"""Official names that are sorted by the country: ``Netherlands (Kingdom of the)``, ``Philippines (the)``."""


@dataclass(frozen=True, slots=True)
class Zone:
    """How some clouds name a zone of a region.

    Attributes:
        pattern: Its first group is the name of the region, its second that of the zone.
        providers: Which clouds, the first one first if none is named.
        what: What they call it.
        named: Whether other names of the region stand before it than its id.
        open: Whether the name says enough without the cloud.
    """

    pattern: re.Pattern[str]
    providers: tuple[str, ...]
    what: str
    named: bool = False
    open: bool = True


ZONES = (
    Zone(re.compile(r"(.+-\d)([a-z])"), ("aws", "alibaba"), "availability zone"),
    Zone(re.compile(r"(.+-az)(\d{1,2})"), ("aws",), "availability zone", named=True),
    Zone(re.compile(r"(.+)-([a-z])"), ("gcp", "crusoe", "nebius", "alibaba"), "zone"),
    Zone(re.compile(r"([a-z]+\d?)-([123])"), ("azure",), "availability zone"),
    Zone(re.compile(r"(?:[a-z]{4}-)?(.+)-ad-(\d)"), ("oci",), "availability domain", named=True),
    Zone(re.compile(r"([a-z]{2}-[a-z]+)-([123])"), ("ibm", "scaleway"), "zone"),
    Zone(re.compile(r"(.+)-dc(\d+)"), ("hetzner",), "data centre"),
    Zone(re.compile(r"(gra|rbx|sbg|bhs|waw)(\d{1,2})"), ("ovh",), "data centre"),
    Zone(re.compile(r"(?:eu|ca|ap)-[a-z]+-((?:lz-)?[a-z]{3})(?:-([a-c]))?"), ("ovh",), "zone"),
    Zone(re.compile(r"([a-z]{2,3})-?(\d{1,2}|[a-d])"), ("ovh",), "data centre", open=False),
    Zone(re.compile(r"(.+\d)([a-z])"), ("coreweave",), "zone"),
)
"""Zones that stand in their region."""
APART = (
    re.compile(r"(?P<region>[a-z]{2}-[a-z]+-\d)-(?P<city>[a-z]{3})-\d[a-z]"),
    re.compile(r"(?P<region>[a-z]{2}-[a-z]+-\d)-wl\d-(?P<city>[a-z]{3})-wlz-?\d"),
    re.compile(r"(?P<code>[a-z]{3,6}\d)-(?:wl\d-)?(?P<city>[a-z]{3})\d?-(?:az|wlz)\d"),
)
"""Local zones and Wavelength zones of AWS, which stand in a city of their own."""


def split_provider(key: str) -> tuple[str, str] | None:
    """A cloud named at the begin or the end of a name, and the rest of the name; None if none is."""
    words = key.split("-")
    for count in range(min(PROVIDER_WORDS, len(words) - 1), 0, -1):
        before, after = "-".join(words[:count]), "-".join(words[-count:])
        if before in PROVIDERS:
            return PROVIDERS[before], "-".join(words[count:])
        if after in PROVIDERS:
            return PROVIDERS[after], "-".join(words[:-count])
    return None


def zones(key: str, provider: str | None) -> Iterator[tuple[str, str, str, bool]]:
    """What a name could be if it is that of a zone: cloud, region, a note, and whether the region may be any name.

    The note is empty where a zone is only a longer name of its region.

    Args:
        key: The name.
        provider: The cloud, None if it is not named.
    """
    for zone in ZONES:
        found = zone.pattern.fullmatch(key)
        if found is None or not (provider or zone.open):
            continue
        for cloud in zone.providers:
            if provider in (None, cloud):
                yield cloud, found[1], f"{zone.what} {found[2]}" if found[2] else "", zone.named


def local_zone(key: str) -> tuple[str, str] | None:
    """The region (its id or its code in AZ IDs) and the code of the city of a local zone; None if it is none."""
    for pattern in APART:
        if found := pattern.fullmatch(key):
            return next(filter(None, found.groups()[:1])), found["city"]
    return None


def without_words(key: str) -> str:
    """A name without words that say only what kind of place it is."""
    return AFTER.sub("", BEFORE.sub("", key))
