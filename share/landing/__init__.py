"""The landing page: what a share link looks like in a browser, and what its poster says.

`render` makes the page from values, for one language; `headers` and `status_code` go with it. Pure functions:
who opens the link, and what it leads to, is asked elsewhere. Nothing on the page is loaded from another place
than the pictures' own addresses, and no word of it speaks of reward.
"""

from share.landing.render import headers as headers
from share.landing.render import render as render
from share.landing.render import status_code as status_code
from share.landing.shown import DealShown as DealShown
from share.landing.shown import DealStatus as DealStatus
from share.landing.shown import Goods as Goods
from share.landing.shown import GroupFailure as GroupFailure
from share.landing.shown import GroupShown as GroupShown
from share.landing.shown import GroupStatus as GroupStatus
from share.landing.shown import LandingPage as LandingPage
from share.landing.shown import LiveShown as LiveShown
from share.landing.shown import LiveStatus as LiveStatus
from share.landing.shown import NothingShown as NothingShown
from share.landing.shown import Person as Person
from share.landing.shown import Refunds as Refunds
from share.landing.shown import Rung as Rung
from share.landing.shown import Shown as Shown
from share.landing.shown import ThingKind as ThingKind
from share.landing.shown import ThingShown as ThingShown
from share.landing.shown import WhyNothing as WhyNothing
