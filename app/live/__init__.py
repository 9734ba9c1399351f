"""Live rooms: a host shows goods, and people watch, talk and like.

Room      one broadcast: announced, live, perhaps paused, ended, perhaps to be seen again. Its state is ours and does
          not wait for the video vendor, who only tells when a stream stops or comes back.
Event     something that everybody in a room hears: each room has an event stream of its own, numbered under its row.
Danmaku   one line of text over the picture. Written at once, shown in batches: one event for all of a moment's lines.
Like      taps, in batches counted once each; the total is an event now and then.
Reminder  somebody who wants to be told when the room starts.
Watching  how many sockets follow a room now: each server process counts its own (`watching`), the table adds them up.

`vendor` signs the addresses at which a stream is pushed and played.

Stands on catalog, media, moderation, accounts. Followers of hosts are asked for through `ports`; who tells
the audience stands above and hears `LiveStarted`.
"""
