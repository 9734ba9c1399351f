"""Requests for a refund at the API."""
