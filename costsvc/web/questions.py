"""All questions, by kind."""

from collections.abc import Mapping

from flask import current_app

from costsvc.estimates.answer import Plain
from costsvc.web import amortization, change, inference, placement, schedule, training
from costsvc.web.question import Answers, Question

QUESTIONS: Mapping[str, Question] = {
    resource.QUESTION.kind: resource.QUESTION
    for resource in (training, inference, amortization, placement, change, schedule)
}


def answered(question: Question, body: Plain, *, explain: bool = False) -> Plain:
    """The running application's answer to a question.

    Args:
        question: What is asked.
        body: The request, as JSON has it.
        explain: Whether the answer shows its steps.

    Raises:
        ValidationError: If a field is not as it must be.
        UnknownNameError: If a name is not known.
        BadRequestError: If what is asked has no answer.
    """
    answers: Answers = current_app.extensions["answers"]
    return answers.find(question, body, explain=explain)
