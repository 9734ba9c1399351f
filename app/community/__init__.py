"""Communities: people around a brand, a host or a theme, and what they write to each other.

Community  a place: whoever joins it may write there. Its row counts its members.
Post       a text, with pictures and with a thing that it is about. Read by everybody once text and pictures have
           passed; until then, and once she has withdrawn it, by its author alone.
Comment    a text below a post; the same checks.
Reaction   what somebody feels about a post or a story: one per person and thing. Counted beside the things, since
           not all of them live here.
Follow     somebody wants to hear of another person, whom she knows by her public profile.

Stands on media, moderation, accounts. What a post is about, and what else takes reactions, belongs to other rooms:
they are asked through `ports`.
"""
