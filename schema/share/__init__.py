"""Share links, and opening them."""
