"""What needs a person, for staff."""
