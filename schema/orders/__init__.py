"""Orders at the API."""
