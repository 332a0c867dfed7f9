"""Microseconds to read a known name of each kind, as the first request of that name pays them: no result is kept."""

from collections.abc import Callable, Iterator
from timeit import repeat

from costsvc.reference.catalog import Catalog
from costsvc.settings import Settings

CALLS = 2_000
ROUNDS = 5
US_PER_S = 1e6


def measured() -> Iterator[tuple[str, str, float]]:
    """Kind, name and microseconds, the least of several rounds."""
    settings = Settings()
    catalog = Catalog.load(settings.data_dir, settings.data_overlay)
    readers: dict[str, tuple[str, Callable[[str], object]]] = {
        "accelerator": ("nvidia-h100-sxm5-80gb", catalog.accelerator),
        "instance": ("p5.48xlarge", catalog.instance),
        "region": ("aws:us-east-1", catalog.place),
        "model": ("llama-3.1-8b", catalog.read_model),
        "hosted model": ("gpt-4o", lambda name: catalog.hosted_model("openai", name)),
        "provider": ("openai", catalog.api_provider),
    }
    for kind, (name, read) in readers.items():
        read(name)
        seconds = min(repeat(lambda read=read, name=name: read(name), number=CALLS, repeat=ROUNDS))  # type: ignore[misc] # defaults of a lambda
        yield kind, name, seconds / CALLS * US_PER_S
