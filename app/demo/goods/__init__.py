"""The demo shop's goods and the deals over them: plain data, in Chinese, brands invented."""

from app.demo.goods.care import CARE
from app.demo.goods.communities import COMMUNITIES as COMMUNITIES
from app.demo.goods.deals import DEALS as DEALS
from app.demo.goods.food import FOOD
from app.demo.goods.living import LIVING
from app.demo.goods.pantry import PANTRY
from app.demo.goods.rooms import ROOMS as ROOMS
from app.demo.goods.shapes import CATEGORY_NAMES as CATEGORY_NAMES
from app.demo.goods.shapes import Category as Category
from app.demo.goods.shapes import Deal as Deal
from app.demo.goods.shapes import Good as Good
from app.demo.goods.shapes import Offer as Offer
from app.demo.goods.shapes import Option as Option
from app.demo.goods.shapes import Sku as Sku
from app.demo.goods.shapes import Tale as Tale
from app.demo.goods.stories import TALES as TALES

#: All goods, by category in the order of the shelves.
GOODS: tuple[Good, ...] = FOOD + PANTRY + LIVING + CARE
