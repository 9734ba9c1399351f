"""Reports, the moderation queue, appeals and mutes at the API."""
