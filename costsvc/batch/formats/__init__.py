"""Formats that others write: job logs, bills and usage records, as requests in the fields of the API."""

from collections.abc import Mapping

from costsvc.batch.formats.boamps import BOAMPS
from costsvc.batch.formats.codecarbon import CODECARBON
from costsvc.batch.formats.focus import FOCUS
from costsvc.batch.formats.format import Format
from costsvc.batch.formats.litellm import LITELLM
from costsvc.batch.formats.otel import OTEL
from costsvc.batch.formats.slurm import SLURM

FORMATS: Mapping[str, Format] = {one.name: one for one in (SLURM, FOCUS, CODECARBON, BOAMPS, LITELLM, OTEL)}
"""The formats by their names on the command line."""
