"""Inboxes, live and by the page, and consents to WeChat's subscribe messages."""
