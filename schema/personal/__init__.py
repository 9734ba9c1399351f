"""What people decide about themselves: name, picture, phone, settings, their data and their end."""
