"""The story that `make demo` plays against a running shop: people, their phones, and what each of them sees.

Screen  the page that it is written on: a column per phone, or a name before each line.
Shop    the public API and the WeChat beside it, over HTTP.
Socket  graphql-transport-ws as a phone speaks it.
Phone   one person's phone: signed in, listening, and never told anything twice.
Ear     what else a phone's socket brings.
Scenes  one file each; `play.SCENES` has their names and their order. Customers and staff play in them.

It knows nothing of the shop but its contract. Every run has people and keys of its own, so it can be repeated for ever.
"""

from app.demo.story.play import play as play
from app.demo.story.screen import Screen as Screen
from app.demo.story.screen import screen_for as screen_for
