"""What is done in communities: each of these is one transaction."""
