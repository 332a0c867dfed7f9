"""Names of the sellers that rent out or operate machines."""

from collections.abc import Mapping

from costsvc.reference.names import Names, plain
from costsvc.reference.table import Table


def seller_names(tables: Mapping[str, Table]) -> Names:
    """Index the sellers by id and as people write them.

    Args:
        tables: All tables by name.
    """
    ids = _providers(tables)
    written = {str(name): row["provider"] for name, row in tables["provider_names"].rows.items()}
    return plain(ids, {name: id_ for name, id_ in written.items() if id_ in ids})


def _providers(tables: Mapping[str, Table]) -> set[str]:
    columns = (
        *((table, "provider") for table in ("accelerator_prices", "instances", "regions")),
        ("operators", "operator"),
    )
    return {row[column] for table, column in columns for row in tables[table].rows.values()} - {"*"}
