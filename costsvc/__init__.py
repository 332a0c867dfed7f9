"""What an AI model costs in energy, CO2, water and dollars, before a run and after it."""

__version__ = "0.1.0"
