"""Checkout at the API."""
