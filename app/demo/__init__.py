"""The demo shop: what stands on the shelves when Pintuan is started for the first time.

Goods     sixty goods and twenty deals over them, as plain data.
Pictures  drawn by us, the same ones every time: the demo needs no picture file and no network.

Brands are invented. Stands on nothing but the unit of money; `app.cli` puts it into the database.
"""
