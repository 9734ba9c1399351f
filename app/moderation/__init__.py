"""Moderation: what people write is looked at before others read it, and again when somebody objects.

Word      what the filter knows: the list beside this file (`words.txt`, with its version), and what staff added.
Finding   what the filter and WeChat say of a text before it is published: PASS, or REVIEW with the reasons.
Item      a thing in the queue for a person to decide on, with why it is there. One is open per thing.
Report    one person's objection to a thing; it puts the thing into the queue.
Decision  what a person decided on an item, with the reason. The author may appeal once, to another person.
Mute      somebody may not write: in one community or anywhere, until some moment or for good.

Stands on accounts, the audit log and WeChat. Things belong to the rooms above, which answer for them through
`ports`; nothing here knows what a post or a story is.
"""
