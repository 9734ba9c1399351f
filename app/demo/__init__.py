"""The demo shop: what stands on the shelves when Pintuan is started for the first time.

Goods     sixty goods and twenty deals over them, live rooms, stories and communities, as plain data; `seed` puts them
          into an empty database.
Pictures  drawn by us, the same ones every time: the demo needs no picture file and no network.
Story     what `make demo` plays against a running shop, scene by scene, through the public API alone.

Brands are invented. May know every room below; none knows it.
"""
