"""The one card of an example; stands above explanation and what-if, which it shows."""
