import datetime
from decimal import Decimal

from .types import *

providers: list[Provider] = [
    Provider(
        id="openai",
        models=[
            ModelInfo(
                id="o3",
                match=ClauseEquals(equals="o3"),
                prices=[
                    ConditionalPrice(
                        prices=ModelPrice(
                            input_mtok=Decimal("10"), cache_read_mtok=Decimal("0.5"), output_mtok=Decimal("40")
                        )
                    ),
                    ConditionalPrice(
                        constraint=StartDateConstraint(start_date=datetime.date(2025, 6, 10)),
                        prices=ModelPrice(
                            input_mtok=Decimal("2"), cache_read_mtok=Decimal("0.5"), output_mtok=Decimal("8")
                        ),
                    ),
                ],
            ),
            ModelInfo(id="gpt-5", prices=ModelPrice(input_mtok=Decimal("1.25"), output_mtok=Decimal("10"))),
        ],
    ),
    Provider(
        id="google",
        models=[
            ModelInfo(
                id="gemini-2.5-pro",
                prices=[
                    ConditionalPrice(
                        prices=ModelPrice(
                            input_mtok=TieredPrices(
                                base=Decimal("1.25"), tiers=[Tier(start=200000, price=Decimal("2.5"))]
                            ),
                            output_mtok=Decimal("10"),
                        )
                    ),
                    ConditionalPrice(
                        constraint=StartDateConstraint(start_date=datetime.date(2099, 1, 1)),
                        prices=ModelPrice(input_mtok=Decimal("1"), output_mtok=Decimal("8")),
                    ),
                ],
            ),
        ],
    ),
]
