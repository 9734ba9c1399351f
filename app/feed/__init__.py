"""The feed: what is new around somebody, the most worth reading first.

Candidate  something that may stand in a feed: a post, a story, an open group, a room on the air.
Ranking    what each is worth, as `ranking.toml` says; a change there is another version.
Edition    one person's or one community's feed as it stood at a moment: made for a first page, and what its later
           pages are cut from, so that these neither repeat nor skip anything while posts arrive. What was removed
           meanwhile is left out. Behind its end older posts follow by their time.

Stands on communities, stories, group buying, live rooms and sharing; nothing below knows that it exists.
"""
