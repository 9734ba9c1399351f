"""What the API says of share links, and of what came of them."""

from schema.share.types.links import TARGET_OPENERS as TARGET_OPENERS
from schema.share.types.links import ShareLink as ShareLink
from schema.share.types.links import ShareTouch as ShareTouch
from schema.share.types.rewards import ReferralFunnel as ReferralFunnel
from schema.share.types.rewards import Referrals as Referrals
from schema.share.types.rewards import Reward as Reward
