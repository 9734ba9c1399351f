"""Deals, groups and seats at the API."""
