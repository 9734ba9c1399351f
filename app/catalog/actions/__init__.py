"""What is done with the catalogue: each of these is one transaction, or runs in the caller's.

shelving  products are put on the shelf, pieces are claimed and given back
keeping   staff add, edit, price and count
"""

from app.catalog.actions.keeping import add_product as add_product
from app.catalog.actions.keeping import add_sku as add_sku
from app.catalog.actions.keeping import adjust_stock as adjust_stock
from app.catalog.actions.keeping import edit_product as edit_product
from app.catalog.actions.keeping import keep_prices as keep_prices
from app.catalog.actions.keeping import price_sku as price_sku
from app.catalog.actions.keeping import set_on_sale as set_on_sale
from app.catalog.actions.keeping import set_stock as set_stock
from app.catalog.actions.shelving import NewSku as NewSku
from app.catalog.actions.shelving import claim as claim
from app.catalog.actions.shelving import count_sale as count_sale
from app.catalog.actions.shelving import create_product as create_product
from app.catalog.actions.shelving import give_back as give_back
