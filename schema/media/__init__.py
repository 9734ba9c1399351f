"""Tickets for pictures."""
