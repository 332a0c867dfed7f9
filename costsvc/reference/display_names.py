"""Names for people of the ids in requests and answers: ``H100 SXM5 80 GB``, ``N. Virginia (AWS us-east-1)``."""

import re
from collections.abc import Mapping

from costsvc.reference.catalog import Catalog
from costsvc.reference.places import WORLD

WITH_VENDOR = ("AMD", "Intel", "Huawei", "Cambricon", "Meta", "Microsoft")
"""Vendors whose accelerators are known by the vendor's name together with their own."""
NOTES = re.compile(r" \((HGX|SoC|chip|per GPU)\)$")
"""Ends of names of accelerators that only tables need."""
MEMORY = re.compile(r"(?<=\d)GB\b")
SIZE = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?b)\b")
"""The number of parameters in the name of a model."""
ZONE = "em:"
SELLERS: Mapping[str, str] = {
    "aws": "AWS",
    "azure": "Azure",
    "azure_ai": "Azure AI",
    "bedrock": "AWS Bedrock",
    "coreweave": "CoreWeave",
    "dashscope": "Alibaba DashScope",
    "datacrunch": "DataCrunch",
    "deepinfra": "DeepInfra",
    "deepseek": "DeepSeek",
    "digitalocean": "DigitalOcean",
    "fireworks_ai": "Fireworks",
    "gcp": "Google Cloud",
    "gemini": "Google Gemini API",
    "ibm": "IBM Cloud",
    "lambda": "Lambda",
    "lambda_ai": "Lambda",
    "moonshot": "Moonshot",
    "oci": "Oracle Cloud",
    "openai": "OpenAI",
    "openrouter": "OpenRouter",
    "ovh": "OVHcloud",
    "ovhcloud": "OVHcloud",
    "runpod": "RunPod",
    "sambanova": "SambaNova",
    "together_ai": "Together",
    "vastai": "Vast.ai",
    "vertex_ai": "Google Vertex AI",
    "xai": "xAI",
    "zai": "Z.ai",
}
"""Names of providers whose id with a capital would look odd."""
AREAS: Mapping[str, str] = {WORLD: WORLD, "EU27": "the EU"}


def accelerator_name(catalog: Catalog, id_: str) -> str:
    """The name of an accelerator or processor; the id if no table has it.

    Args:
        catalog: The reference tables.
        id_: Its id, or a name that a request may have.
    """
    row = catalog.row("accelerators", id_) or catalog.row("cpus", id_)
    if row is None:
        reading = catalog.accelerators.read(id_)
        if reading is None:
            return f"{instance_name(catalog, id_)} accelerators" if catalog.is_instance(id_) else id_
        return accelerator_name(catalog, reading.id)
    if "vendor" not in row:
        return str(row["name"])
    name = MEMORY.sub(" GB", NOTES.sub("", row["name"]))
    return f"{row['vendor']} {name}" if row["vendor"] in WITH_VENDOR and row["vendor"] not in name else name


def place_name(catalog: Catalog, id_: str) -> str:
    """The name of a region, country, state, city or grid zone; the id if it is not known.

    Args:
        catalog: The reference tables.
        id_: Its id, or a name that a request may have.
    """
    reading = catalog.place_names.read(id_)
    place = None if reading is None else catalog.places.get(reading.id)
    if place is None:
        return id_
    if place.row is not None:
        code = place.row["region"]
        location = str(place.row["location"] or code).removeprefix(f"{code} (")
        location = location.removesuffix(")") if location != place.row["location"] else location
        return f"{location} ({seller_name(place.operator)} {code})"
    if place.region.startswith(ZONE):
        return f"grid zone {place.region.removeprefix(ZONE)}"
    for kind in ("country", "subdivision", "code", "city"):
        row = catalog.places.row(kind, place.region)
        if row is not None:
            return str(row["name"]) if kind == "country" else f"{row['name']}, {_country(catalog, row['country'])}"
    return AREAS.get(place.region, place.region.replace("-", " ").title())


def _country(catalog: Catalog, iso3: str) -> str:
    row = catalog.places.row("country", iso3)
    return iso3 if row is None else str(row["name"])


def instance_name(catalog: Catalog, id_: str) -> str:
    """The name of a cloud instance with its provider; the id if no table has it."""
    reading = catalog.instances.find(id_)
    row = None if reading is None else catalog.row("instances", reading.id)
    return id_ if row is None else f"{row['instance_type']} ({seller_name(row['provider'])})"


def model_name(catalog: Catalog, id_: str) -> str:
    """The name of a model; the id if no table has it.

    The table's name is that of one release (``Llama-3.1-8B-Instruct``): the words of the id are taken from it.
    """
    reading = catalog.models.read(id_)
    row = None if reading is None else catalog.row("models", reading.id)
    if reading is None or row is None:
        return id_
    name = str(row["name"])
    if name.lower() == reading.id:
        return name
    more = reading.id.removeprefix(f"{name.lower()}-")
    if SIZE.fullmatch(more):
        return f"{name} {more.upper()}"
    cased = {word.lower(): word for word in re.split(r"[-_ ]", name)}
    words = [cased.get(word, "") for word in reading.id.split("-")]
    if all(words):
        return " ".join(words) if name != name.lower() else reading.id
    return reading.id if _size(name) and _size(reading.id) != _size(name) else name


def _size(name: str) -> str | None:
    found = SIZE.search(name.lower())
    return found[1] if found else None


def seller_name(id_: str) -> str:
    """The name of a provider of machines or of hosted models."""
    known = SELLERS.get(id_)
    if known is not None or id_ != id_.lower():
        return known or id_
    return id_.replace("_", " ").capitalize()
