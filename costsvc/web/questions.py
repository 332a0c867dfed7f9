"""All questions, by kind."""

from collections.abc import Mapping

from flask import current_app
from marshmallow import ValidationError

from costsvc.errors import BadRequestError
from costsvc.estimates.answer import Plain
from costsvc.reference.catalog import Catalog
from costsvc.web import amortization, change, inference, placement, schedule, training
from costsvc.web.problems import by_field
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


def asked(path: str, body: Plain, tables: Catalog) -> Plain:
    """The answer to a body as it would be posted, without a server.

    Args:
        path: The address.
        body: The request, as JSON has it.
        tables: What is known.

    Raises:
        BadRequestError: If nothing is asked at the address, or what is asked has no answer.
        UnknownNameError: If a name is not known.
    """
    question = next((one for one in QUESTIONS.values() if one.path == path), None)
    if question is None:
        raise BadRequestError({"path": f"no question is asked at {path}"})
    try:
        return question.answer(body, tables)
    except ValidationError as error:
        raise BadRequestError({field: " ".join(texts) for field, texts in by_field(error).items()}) from error
