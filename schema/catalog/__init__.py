"""The catalogue at the API."""
