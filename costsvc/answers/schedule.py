"""Best times to run a workload."""

from typing import Annotated, Literal

from typing_extensions import TypedDict

from costsvc.answers.estimate import Place
from costsvc.answers.explanation import Explained
from costsvc.answers.quantities import Quantity
from costsvc.answers.request_body import RequestBody
from costsvc.docs import Doc, nullable

Alternative = Literal["now", "average", "best_other_region"]


class Emitted(TypedDict):
    """Intensity and CO2e over some time."""

    g_per_kwh: Annotated[Quantity, Doc("Mean intensity of the grid", "g/kWh")]
    location_kg: Annotated[Quantity, Doc("CO2e at the grid's average intensity", "kg")]


class Span(Emitted):
    """Time without a pause."""

    start: Annotated[str, Doc("First instant, in UTC")]
    end: Annotated[str, Doc("Last instant, in UTC")]


class Timed(Span):
    """When the workload runs, and its emissions."""

    spans: Annotated[list[Span], Doc("The times between pauses")]


class Elsewhere(Timed):
    """The best time in the other region with the lowest emissions."""

    region: Annotated[str, Doc("The region")]
    profile_zone: Annotated[
        str | None, Doc("Zone of the hourly profile; null if none is known and the intensity is taken as constant")
    ]
    energy_kwh: Annotated[Quantity, Doc("Energy at the building's meter in that region", "kWh")]


class Saving(TypedDict):
    """Savings of the best window; negative if it does worse."""

    against: Annotated[Alternative, Doc("What the window is compared with")]
    location_kg: Annotated[Quantity, Doc("CO2e saved", "kg")]
    percent: Annotated[
        Quantity | None, Doc("Relative to what the window is compared with, in percent; null if that is 0")
    ]


class ProfileAnswer(TypedDict):
    """The hourly profile of the zone at the intensity of the estimate, ready for a heat map."""

    zone: Annotated[str, Doc("Grid zone")]
    scope: Annotated[str, Doc("lifecycle or direct emissions")]
    g_per_kwh: Annotated[
        list[list[float]], Doc("A row per month from January, a column per hour of the day in UTC", "g/kWh")
    ]


class ZoneAnswer(TypedDict):
    """A zone with an hourly profile, and the cloud regions in it."""

    zone: Annotated[str, Doc("Grid zone")]
    regions: Annotated[list[str], Doc("Cloud regions in it")]


class ScheduleAnswer(Explained):
    """When a workload is best run, and what that saves."""

    id: Annotated[str, Doc("Equal requests on equal versions have equal ids")]
    request: Annotated[RequestBody, Doc("The request under canonical names")]
    place: Annotated[Place, Doc("Where the workload runs")]
    time_zone: Annotated[
        str | None, Doc("IANA time zone of the zone of the profile, for its local time; null without a profile")
    ]
    duration_h: Annotated[float, Doc("Time that the workload takes", "h")]
    energy_kwh: Annotated[Quantity, Doc("Energy at the building's meter", "kWh")]
    annual_g_per_kwh: Annotated[Quantity | None, nullable("Annual mean intensity of the grid", "g/kWh")]
    windows: Annotated[list[Timed] | None, nullable("The best windows, the best first")]
    now: Annotated[Timed | None, nullable("Start at earliest, without a pause")]
    average: Annotated[Emitted | None, nullable("Average from earliest to deadline")]
    best_other_region: Annotated[Elsewhere | None, nullable("The best of other_regions")]
    savings: Annotated[list[Saving] | None, nullable("What the first window saves")]
    profile: Annotated[ProfileAnswer | None, nullable("Hourly profile of the zone")]
    with_profile: Annotated[list[ZoneAnswer], Doc("Zones with a known hourly profile, those of the same country first")]
