"""POST /v1/batches: rows in, the same rows with their estimates out."""

from collections.abc import Iterator
from typing import IO, Any, cast

import orjson
from flask import Response, request
from marshmallow import ValidationError
from webargs.flaskparser import abort

from costsvc import limits
from costsvc.web import query_params
from costsvc.web.blueprint import CostsvcBlueprint
from costsvc.web.http import JSON, private, services

blueprint = CostsvcBlueprint("batches", __name__, tag="estimates")
CSV, NDJSON, PARQUET, MULTIPART = (
    "text/csv",
    "application/x-ndjson",
    "application/vnd.apache.parquet",
    "multipart/mixed",
)
SUFFIXES = {CSV: ".csv", NDJSON: ".ndjson", PARQUET: ".parquet"}
"""Suffix of the file of each media type."""
KINDS = ("training", "inference")
TRUTHS = ("true", "false")
PARAMETERS = {
    "kind": "Kind of the rows in our own columns; default training",
    "from": "Format of others: slurm, focus, codecarbon, boamps, litellm or otel",
    "map": "Column of a field, as OURS=THEIRS",
    "set": "Field of all rows, as OURS=VALUE",
    "by": "Column by whose values totals are added up",
    "intervals": "true: the ends of each row's intervals as further columns",
}
REPEATABLE = ("map", "set", "by")
EXAMPLE = "accelerator,accelerator_hours,region\nh100,10,aws:us-east-1\na100-sxm4-80gb,200,DE\n"
BOUNDARY = "costsvc-batch-3f1c9a52d7e84b06"
TOO_LARGE = (
    f"The body must not exceed {limits.BATCH_MIB} MiB, or what COSTSVC_BATCH_MIB allows; costsvc batch estimates files "
    "of any size."
)
WRONG_TYPE = f"The body must be {', '.join(SUFFIXES)}."
CHUNK = 1 << 16
"""Bytes that are sent at once. [B]"""


def _parameters() -> list[dict[str, Any]]:
    words = {"kind": KINDS, "intervals": TRUTHS}
    one = {"type": "string"}
    return [
        query_params.words_of(name, words[name], text)
        if name in words
        else {
            "name": name,
            "in": "query",
            "description": text,
            "schema": {"type": "array", "items": one} if name in REPEATABLE else one,
        }
        for name, text in PARAMETERS.items()
    ]


def _content(*kinds: str) -> dict[str, Any]:
    return {kind: {"schema": {"type": "string"} | ({"format": "binary"} if kind == PARQUET else {})} for kind in kinds}


@blueprint.post("/v1/batches")
@blueprint.doc(
    parameters=_parameters(),
    requestBody={
        "required": True,
        "description": f"At most {limits.BATCH_MIB} MiB and {limits.BATCH_MIB * limits.BATCH_ROWS_PER_MIB} rows, "
        "unless the service has another COSTSVC_BATCH_MIB; also Content-Encoding: gzip",
        "content": {
            kind: part | ({"example": EXAMPLE} if kind == CSV else {}) for kind, part in _content(*SUFFIXES).items()
        },
    },
    responses={
        "200": {
            "description": "The rows with their results, in the format of Accept, else that of the body",
            "content": _content(*SUFFIXES, MULTIPART),
        },
    },
)
@blueprint.problem(413, TOO_LARGE)
@blueprint.problem(415, WRONG_TYPE)
@blueprint.problem(422)
@blueprint.problem(501)
def estimate_batch() -> Response:
    """Estimate the rows of a file.

    Totals, rejected rows and counts are the last line of NDJSON, the metadata `costsvc` of Parquet, and the second part
    of multipart/mixed.
    """
    try:
        from costsvc.batch.running import Job  # noqa: PLC0415 - the service runs without pyarrow
        from costsvc.web import batch_answers  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "pyarrow":
            raise
        abort(501)
    is_gzip = _checked()
    most = services().settings.batch_limits.body_bytes
    if (request.content_length or 0) > most:
        abort(413, detail=batch_answers.too_large(most))
    job = Job(
        kind=cast("Any", query_params.one_of("kind", KINDS, KINDS[0])),
        mapping=_pairs("map"),
        constants=_pairs("set"),
        by=request.args.getlist("by"),
        intervals=query_params.one_of("intervals", TRUTHS, "false") == "true",
    )
    sizes = services().settings.batch_limits
    request.max_content_length = sizes.body_bytes + 1  # the byte beyond tells save() of a body without a length
    wanted = request.accept_mimetypes.best_match([request.mimetype, *SUFFIXES, MULTIPART], request.mimetype)
    with batch_answers.folder() as folder:
        source = folder / f"body{SUFFIXES[request.mimetype]}"
        target = folder / f"answer{SUFFIXES.get(wanted, SUFFIXES[CSV])}"
        batch_answers.save(request.stream, source, sizes, is_gzip=is_gzip)
        summary = batch_answers.estimate(source, target, job, request.args.get("from"), services())
        if wanted == PARQUET:
            target = batch_answers.with_summary(target, summary)
        file = target.open("rb")  # remains readable when the folder is gone
    response = Response(_parts(file, wanted, orjson.dumps(summary)), content_type=_content_type(wanted))
    response.call_on_close(file.close)
    return response


def _checked() -> bool:
    """Check the media type and the parameters; whether the body is compressed."""
    if request.mimetype not in SUFFIXES:
        abort(415, detail=WRONG_TYPE)
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("identity", "gzip"):
        abort(415, detail="Content-Encoding must be gzip or absent.")
    unknown = [name for name in request.args if name not in PARAMETERS]
    if unknown:
        raise ValidationError({name: [f"unknown parameter; known: {', '.join(PARAMETERS)}"] for name in unknown})
    return encoding == "gzip"


def _pairs(name: str) -> dict[str, str]:
    """A parameter whose texts are FIELD=VALUE."""
    texts = request.args.getlist(name)
    wrong = [text for text in texts if not all(part.strip() for part in text.partition("="))]
    if wrong:
        raise ValidationError({name: [f"must be FIELD=VALUE, got {wrong[0]!r}"]})
    return {field.strip(): text.strip() for field, _, text in (one.partition("=") for one in texts)}


def _content_type(kind: str) -> str:
    return f"{MULTIPART}; boundary={BOUNDARY}" if kind == MULTIPART else kind


def _parts(file: IO[bytes], kind: str, summary: bytes) -> Iterator[bytes]:
    """The answer, part by part."""
    if kind == MULTIPART:
        yield f"--{BOUNDARY}\r\nContent-Type: {CSV}\r\n\r\n".encode()
    with file:
        while part := file.read(CHUNK):
            yield part
    if kind == NDJSON:
        yield summary + b"\n"
    if kind == MULTIPART:
        yield f"\r\n--{BOUNDARY}\r\nContent-Type: {JSON}\r\n\r\n".encode()
        yield summary + f"\r\n--{BOUNDARY}--\r\n".encode()


blueprint.after_request(private)
