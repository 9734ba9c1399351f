"""Feeds at the API."""
