"""jwtscan finds and migrates uses of Zoom's retired JWT app type."""

__version__ = "0.1.0"
