"""Pictures of the demo's goods and people: flat drawings, the same ones every time.

`draw` a good by its key and category, `draw_avatar` a person by her name. Pure functions that use the
processor for some tens of milliseconds: a server calls them in a thread.
"""

from app.demo.pictures.avatars import draw_avatar as draw_avatar
from app.demo.pictures.scenes import draw as draw
