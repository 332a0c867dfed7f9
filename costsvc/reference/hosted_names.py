"""Names of hosted models and of their providers, as clients, gateways and bills write them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from costsvc.reference.model_forms import VENDOR, Form, forms, stem
from costsvc.reference.model_forms import squash as squash_points
from costsvc.reference.names import LONGEST, Names, plain
from costsvc.reference.reading import Reading, fold
from costsvc.reference.similar import nearest

MAKERS = (
    *("openai", "anthropic", "gemini", "mistral", "xai", "deepseek", "cohere", "amazon_nova", "ai21", "meta_llama"),
    *("zai", "moonshot", "minimax", "dashscope", "perplexity", "voyage", "vertex_ai", "bedrock", "azure", "tencent"),
)
"""Providers in the order in which they are tried for a model that is named without its provider."""
Prices = Mapping[str, tuple[float, float]]


def squash(text: str) -> str:
    """A name without separators; versions are written with a full stop or a dash: ``claude-opus-4.5``."""
    return squash_points(text).replace(".", "~")


@dataclass(slots=True)
class SoldModels:
    """The models that one provider sells.

    Attributes:
        prices: Prices of input and output by the model's key in the table. [USD/10^6 tokens]
    """

    prices: Prices
    _exact: Names = field(init=False)
    _forms: dict[str, list[tuple[int, str]]] | None = None
    _by_model: dict[str, str] | None = None

    def __post_init__(self) -> None:
        """Index the names as they stand."""
        self._exact = plain(self.prices, {}, ((name.rpartition("/")[2], name) for name in self.prices))

    def read(self, name: str) -> Reading | None:
        """What a name means at this provider, or None."""
        if name in self.prices:  # a few keys differ in case alone
            return Reading(id=name)
        found = self._exact.find(name)
        if found is not None:
            return Reading(id=found.id)
        for form in forms(name):
            key = self._find(form)
            if key is not None:
                return Reading(id=key, notes=form.notes, says=form.says)
        return None

    def _find(self, form: Form) -> str | None:
        match = self._exact.find(form.text)
        if match is not None and not form.is_revision:
            return match.id
        sold = self._index().get(squash(form.text), [])
        if not sold:
            return None if match is None else match.id
        fewest = min(parts for parts, _ in sold)
        keys = sorted(key for parts, key in sold if parts == fewest)
        if form.is_revision and len({self.prices[key] for key in keys}) > 1:
            return None  # revisions have different prices, and the one that was named is not known
        return keys[-1]

    def _index(self) -> dict[str, list[tuple[int, str]]]:
        """Models by each form of their names, with the number of parts that it lacks; made when first needed."""
        if self._forms is None:
            self._forms = {}
            for key in self.prices:
                for form in forms(key):
                    self._forms.setdefault(squash(form.text), []).append((len(form.notes), key))
        return self._forms

    def keys_of(self, read: Callable[[str], Reading | None]) -> Mapping[str, str]:
        """The key of each open model that the provider sells, the cheapest of several; made when first needed.

        Args:
            read: The reader of open models.
        """
        if self._by_model is None:
            dearest_first = sorted(self.prices, key=lambda key: self.prices[key], reverse=True)
            found = ((key, read(key)) for key in dearest_first)
            self._by_model = {reading.id: key for key, reading in found if reading is not None}
        return self._by_model

    def nearest(self, name: str) -> list[str]:
        """The models most similar to an unknown name, as the provider writes them."""
        return nearest(stem(name), {fold(key.rpartition("/")[2]): key for key in self.prices})


@dataclass(slots=True)
class HostedNames:
    """All hosted models by provider, and the names of providers."""

    providers: Names
    sold: Mapping[str, SoldModels]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, object]], names: Mapping[str, str]) -> "HostedNames":
        """Index the rows of the price table.

        Args:
            rows: Rows of standard processing.
            names: How providers are written, to their ids.
        """
        prices: dict[str, dict[str, tuple[float, float]]] = {}
        for row in rows:
            both = (float(str(row[f"{kind}_usd_per_million_tokens"])) for kind in ("input", "output"))
            prices.setdefault(str(row["provider"]), {})[str(row["model"])] = (next(both), next(both))
        sold = {provider: SoldModels(models) for provider, models in prices.items()}
        known = {name: id_ for name, id_ in names.items() if id_ in sold}
        return cls(providers=plain(sold, known), sold=sold)

    def provider(self, name: str) -> Reading | None:
        """The provider of a name: ``OpenAI``, ``AWS Bedrock``, ``google``."""
        match = self.providers.find(fold(name[:LONGEST]))
        return None if match is None else Reading(id=match.id)

    def short(self) -> Mapping[str, str]:
        """Models of the makers and large clouds without their routes, as people write them."""
        keys = (key for provider in MAKERS if provider in self.sold for key in self.sold[provider].prices)
        return {fold(short): short for short in (key.rpartition("/")[2] for key in keys) if not VENDOR.match(short)}

    def nearest_providers(self, name: str) -> list[str]:
        """The providers most similar to an unknown name."""
        ids = (self.providers.find(near) for near in self.providers.nearest(name))
        return list(dict.fromkeys(match.id for match in ids if match is not None))

    def sellers(self, name: str) -> Sequence[tuple[str, Reading]]:
        """The makers and large clouds that sell a model named without its provider, the maker first."""
        found = ((provider, self.sold[provider].read(name)) for provider in MAKERS if provider in self.sold)
        return [(provider, reading) for provider, reading in found if reading is not None]
