"""Quantities: values with their 90 % intervals, as formulas end and answers show them."""

from typing import Annotated

from typing_extensions import TypedDict

from costsvc.docs import Doc


class Quantity(TypedDict):
    """A value with its 90 % interval."""

    value: Annotated[float, Doc("Central value")]
    low: Annotated[float, Doc("Lower end of the interval")]
    high: Annotated[float, Doc("Upper end of the interval")]


class OpenQuantity(TypedDict):
    """A value with its 90 % interval, which may have no bound on either side."""

    value: Annotated[float, Doc("Central value")]
    low: Annotated[float | None, Doc("Lower end of the interval; null if it has no lower bound")]
    high: Annotated[float | None, Doc("Upper end of the interval; null if it has no upper bound")]


def scale_quantity(quantity: Quantity, factor: float) -> Quantity:
    """A quantity times an exact number.

    Args:
        quantity: The quantity. [any]
        factor: The number, at least 0. [1]

    Returns:
        The product, in the same unit. [any]
    """
    return {"value": quantity["value"] * factor, "low": quantity["low"] * factor, "high": quantity["high"] * factor}


def divide_quantity(quantity: Quantity, divisor: float) -> Quantity:
    """A quantity divided by an exact number.

    Args:
        quantity: The quantity. [any]
        divisor: The number, above 0. [1]

    Returns:
        The quotient, in the same unit. [any]
    """
    return {"value": quantity["value"] / divisor, "low": quantity["low"] / divisor, "high": quantity["high"] / divisor}
