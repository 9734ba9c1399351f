"""The demo shop's communities: opened by its manager, filled by its staff."""

from collections.abc import Mapping

from app.community.actions import commenting, feeling, places, posting
from app.community.actions.posting import Written
from app.community.models import Community
from app.community.states import Reaction
from app.core.ids import ProductId, UserId
from app.core.targets import Target
from app.demo.goods import COMMUNITIES
from app.demo.goods.shapes import Community as Shape
from app.moderation.flows import Finding
from app.moderation.states import Outcome

#: The demo's own words need no look.
_PASSED = Finding(Outcome.PASS)


async def open_communities(products: Mapping[str, ProductId], staff: Mapping[str, UserId]) -> None:
    """Open all communities, in the running transaction."""
    for shape in COMMUNITIES:
        await _open(shape, products, staff)


async def _open(shape: Shape, products: Mapping[str, ProductId], staff: Mapping[str, UserId]) -> None:
    community = await places.create(
        by=staff["manager"], name=shape.name, kind=shape.kind, about=shape.about, key=f"demo {shape.name}"
    )
    await Community.filter(id=community).update(cover_path=f"demo/{shape.cover}.png")
    for user in staff.values():
        await places.join(user=user, community=community)
    for number, post in enumerate(shape.posts):
        made = await posting.post(
            author=staff[post.author],
            community=community,
            written=Written(
                text=post.text, topics=post.topics, about=Target("product", products[post.good]) if post.good else None
            ),
            client_id=f"demo {shape.name} {number}",
            finding=_PASSED,
        )
        for place, comment in enumerate(post.comments):
            await commenting.comment(
                author=staff[comment.author], post=made, text=comment.text,
                client_id=f"demo {shape.name} {number} {place}", finding=_PASSED,
            )  # fmt: skip
        for username in post.liked_by:
            await feeling.react(user=staff[username], target=posting.target(made), reaction=Reaction.LIKE)
