"""The live rooms: one that is on the air, one that comes this evening."""

from datetime import timedelta

from app.demo.goods.shapes import Room

ROOMS: tuple[Room, ...] = (
    Room(
        title="店长带你喝春茶",
        host="admin",
        goods=("longjing-tin", "jasmine-cup"),
        starts=timedelta(0),
        is_on_air=True,
    ),
    Room(
        title="今晚八点 护肤专场",
        host="host",
        goods=("ceramide-cream", "clear-serum", "amino-tube"),
        starts=timedelta(hours=6),
    ),
)
