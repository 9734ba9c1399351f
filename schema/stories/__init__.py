"""Customer stories: writing, consent, review, reading."""
