"""The dashboard's frame: navigation, shared choices, cached calls and shared widgets."""
