"""Customer stories: what a customer tells of what she bought, or what a community manager tells for her.

Story     title, text, pictures and products. Its author is the customer herself or a manager; it is always hers.
Wording   what she is asked to agree to; every version ever shown is kept.
Consent   what she said of one text under one wording: asked, given, declined, withdrawn. Rows are only ever added.
Review    a second person's decision. Nothing is published without it, and without consent to the very text.

Whether a story can be read is a question of the clock: a scheduled one is out from its moment on. A withdrawn one is
gone with the transaction that withdraws it. Stands on catalog, orders, media and moderation.
"""
