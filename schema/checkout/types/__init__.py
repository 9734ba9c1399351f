"""Types of checkout."""

from schema.checkout.types.choice import PurchaseInput as PurchaseInput
from schema.checkout.types.choice import read_choice as read_choice
from schema.checkout.types.prices import NamedSku as NamedSku
from schema.checkout.types.prices import Quote as Quote
from schema.checkout.types.prices import read_sku as read_sku
