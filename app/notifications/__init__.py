"""Notifications: everyone hears what concerns her, once.

Notification  one entry of a user's inbox, with a sequence number of its own: the inbox is an event stream.
Consent       one tap that allows one WeChat subscribe message of a purpose; counted, used up by sending.
Message       one WeChat subscribe message: sent at most once, for WeChat cannot make it idempotent.

A consent is counted at one place: where WeChat's push is configured (PINTUAN_WECHAT_PUSH_TOKEN) the push counts and
the phone's report only says what was refused; elsewhere the phone's report counts and the push does not.

Who has the app open (`presence`) hears over her socket and gets no message; each server process says who listens at it.

Hears the facts of the rooms below; nothing below knows that it exists.
"""
