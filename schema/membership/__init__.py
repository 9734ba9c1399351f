"""Membership at the API: tiers for everybody, standing and points for who asks, plans for marketers."""
