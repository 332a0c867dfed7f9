"""Which model's footprint is wanted."""

from costsvc.web.fields import Name
from costsvc.web.schemas.base import Request


class ModelFootprintQuery(Request):
    """Where the model is taken to have been trained."""

    region = Name("Where it was trained: as region of a training estimate; left out: the world's average", "US-VA")
