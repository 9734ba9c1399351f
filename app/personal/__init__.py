"""Personal: what people decide about themselves across rooms: their name and picture, their data, their end.

Profile   name and picture, shown to others once they have been looked at.
Export    everything that is kept about a person, as a file to fetch once.
Deletion  a waiting period; then every room forgets her, but for what the law demands and what is still open.

Rooms above and below say through `ports` what they keep about people; `app.keeping` is where they say it.
Stands on moderation, media and accounts.
"""
