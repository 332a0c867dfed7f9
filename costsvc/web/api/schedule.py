"""POST /v1/comparisons/schedule."""

from costsvc.answers.schedule import ScheduleAnswer
from costsvc.estimates.schedule.schedule import find_windows as estimate_schedule
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.endpoint import Endpoint

blueprint = CostsvcBlueprint("schedule", __name__, tag="comparisons")
EXAMPLE = {
    "training": {"accelerator": "h100", "accelerator_hours": 192, "accelerators": 32, "region": "aws:us-west-1"},
    "earliest": "2027-04-05T18:00:00-07:00",
    "deadline": "2027-04-09T18:00:00-07:00",
    "other_regions": ["aws:us-west-2", "aws:eu-central-1"],
}
ENDPOINT = Endpoint(
    kind="schedule",
    path="/v1/comparisons/schedule",
    estimate=estimate_schedule,
    example=EXAMPLE,
    answer_type=ScheduleAnswer,
)


@blueprint.question(ENDPOINT)
def find_time() -> None:
    """Find the best time to run a workload.

    The best windows between two times by the grid's profile over months and hours, and the savings
    of the best one compared with starting at once, the average, and other regions.
    """
