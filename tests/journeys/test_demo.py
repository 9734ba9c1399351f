"""`make demo` against `make serve`: what it tells is true, or it says so and fails."""

from tests.journeys.installation import Installation


async def test_the_demo_plays_to_its_end_in_a_shop_that_has_seen_others(shop: Installation) -> None:
    played = await shop.command("demo", "--at", shop.servers[0].origin)
    assert played.code == 0, played.said
