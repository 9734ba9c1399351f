"""Live rooms at the API."""
