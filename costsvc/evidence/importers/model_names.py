"""How upstream's many spellings of a model's name become one id and its aliases."""

import re
from collections.abc import Iterable, Iterator

VERSION = re.compile(r"-(20\d{2}-\d{2}-\d{2}|20\d{6}|\d{2}-20\d{2}|[01]\d{3}|2[4-9]\d{2}|latest|preview|\d{3})$")


def same(name: str) -> str:
    """What is left of a name once spaces, dashes, dots and case are gone."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def alias(name: str) -> str:
    """A name as the alias table keeps it: lower case, single spaces."""
    return " ".join(name.lower().split())


def slug(name: str) -> str:
    """A name as an id: kebab case."""
    plain = re.sub(r"\(([^)]*)\)", r" \1", name.lower())
    return re.sub(r"-+", "-", re.sub(r"[^a-z0-9.+]+", "-", plain)).strip("-")


def unversioned(name: str) -> str:
    """An API's name without the dates and channels that it ends with."""
    while (shorter := VERSION.sub("", name)) != name:
        name = shorter
    return name


def spellings(model_id: str, names: Iterable[str]) -> Iterator[str]:
    """The ways in which a model may be written.

    Args:
        model_id: Its id.
        names: Names that publishers use, with the organisation before a slash.

    Yields:
        Aliases, the id itself left out.
    """
    for name in names:
        short = name.split("/")[-1]
        for spelling in (name, short, short.replace("-", " ").replace("_", " ")):
            if alias(spelling) != model_id:
                yield alias(spelling)
    yield model_id.replace("-", " ")
