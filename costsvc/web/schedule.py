"""POST /v1/comparisons/schedule."""

from flask import Response

from costsvc.answers.schedule import ScheduleAnswer
from costsvc.estimates.alternatives import Schedule
from costsvc.estimates.schedule import schedule
from costsvc.web import metrics
from costsvc.web.api import CostsvcBlueprint
from costsvc.web.context import answer, catalog, private
from costsvc.web.question import Question
from costsvc.web.schemas.schedule import ScheduleSchema

blueprint = CostsvcBlueprint("schedule", __name__, url_prefix="/v1", description="When to run")
EXAMPLE = {
    "training": {"accelerator": "h100", "accelerator_hours": 192, "accelerators": 32, "region": "aws:us-west-1"},
    "earliest": "2027-04-05T18:00:00-07:00",
    "deadline": "2027-04-09T18:00:00-07:00",
    "other_regions": ["aws:us-west-2", "aws:eu-central-1"],
}
QUESTION = Question(
    kind="schedule",
    path="/v1/comparisons/schedule",
    schema=ScheduleSchema(),
    ask=schedule,
    example=EXAMPLE,
    answer_type=ScheduleAnswer,
)


@blueprint.post("/comparisons/schedule")
@blueprint.arguments(ScheduleSchema, example=EXAMPLE)
@blueprint.answers(ScheduleAnswer)
def find_windows(asked: Schedule) -> Response:
    """Find the best time to run a workload.

    The best windows between two instants by the grid's profile over months and hours, and what
    the best one saves against starting at once, against the average, and against other regions.
    """
    found = schedule(asked, catalog())
    metrics.estimated(QUESTION.kind, found)
    return answer(found)


blueprint.after_request(private)
