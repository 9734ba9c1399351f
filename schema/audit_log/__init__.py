"""What staff did, for the shop's owner to read."""
