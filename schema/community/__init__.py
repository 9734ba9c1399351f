"""Communities at the API."""
