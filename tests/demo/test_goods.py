"""The demo shop's shelves hold what they promise."""

from collections import Counter
from datetime import timedelta
from itertools import product

import pytest

from app.demo.goods import CATEGORY_NAMES, DEALS, GOODS, Deal, Good

BY_KEY = {good.key: good for good in GOODS}
NOW = timedelta(0)


def test_sixty_goods_stand_on_at_least_six_shelves() -> None:
    assert len(GOODS) == len(BY_KEY) == 60
    assert {good.category for good in GOODS} == set(CATEGORY_NAMES)
    assert len(CATEGORY_NAMES) >= 6


def test_no_two_goods_have_the_same_title() -> None:
    assert [title for title, times in Counter(good.title for good in GOODS).items() if times > 1] == []


@pytest.mark.parametrize("good", GOODS, ids=lambda good: good.key)
def test_a_good_can_be_had_in_every_choice_of_its_options(good: Good) -> None:
    assert [sku.values for sku in good.skus] == list(product(*(option.values for option in good.options)))


@pytest.mark.parametrize("good", GOODS, ids=lambda good: good.key)
def test_a_good_says_what_it_is_in_two_or_three_sentences(good: Good) -> None:
    assert 2 <= good.description.count("。") <= 3
    assert good.description.endswith("。")


def test_every_price_and_stock_is_plausible() -> None:
    skus = [sku for good in GOODS for sku in good.skus]
    assert all(9_90 <= sku.price <= 500_00 for sku in skus)
    assert all(sku.stock > 0 for sku in skus)


def test_many_goods_have_several_skus() -> None:
    assert sum(len(good.skus) > 1 for good in GOODS) >= 8


def test_nothing_claims_to_be_the_best() -> None:
    texts = [good.title + good.description for good in GOODS]
    texts += [deal.title + deal.description for deal in DEALS]
    forbidden = ("最", "第一", "顶级", "国家级", "首选", "极品", "100%")
    assert [text for text in texts if any(word in text for word in forbidden)] == []


def test_there_are_twenty_deals() -> None:
    assert len({deal.key for deal in DEALS}) == len(DEALS) == 20


@pytest.mark.parametrize("deal", DEALS, ids=lambda deal: deal.key)
def test_a_deal_offers_every_sku_of_its_good_well_under_its_price_alone(deal: Deal) -> None:
    skus = BY_KEY[deal.good].skus
    assert [offer.values for offer in deal.offers] == [sku.values for sku in skus]
    for offer, sku in zip(deal.offers, skus, strict=True):
        assert 0.60 <= offer.price / sku.price <= 0.85
        assert deal.size <= offer.quota <= sku.stock


@pytest.mark.parametrize("deal", DEALS, ids=lambda deal: deal.key)
def test_limits_of_a_deal_agree_with_each_other(deal: Deal) -> None:
    assert deal.starts < deal.ends
    assert deal.limit_per_order is not None
    assert deal.limit_per_user is not None
    assert 1 <= deal.limit_per_order <= deal.limit_per_user


def test_groups_of_two_to_ten_can_be_opened() -> None:
    sizes = {deal.size for deal in DEALS}
    assert (min(sizes), max(sizes)) == (2, 10)


def test_one_deal_of_each_kind_can_be_looked_at() -> None:
    assert [deal.key for deal in DEALS if deal.window_seconds == 180] == ["candy-fast"]
    assert [deal.key for deal in DEALS if deal.join_audience == "NEWCOMERS"] == ["jasmine-newcomers"]
    assert [deal.key for deal in DEALS if "西藏自治区" in deal.no_delivery_to] == ["eggs-regional"]
    assert [deal.key for deal in DEALS if deal.ends < NOW] == ["watermelon-ended"]
    assert [deal.key for deal in DEALS if deal.paused] == ["cherry-paused"]
    assert [deal.key for deal in DEALS if deal.starts > NOW] == ["grapes-scheduled"]


def test_most_deals_run_for_groups_of_a_day() -> None:
    running = [deal for deal in DEALS if deal.starts <= NOW < deal.ends and not deal.paused]
    assert sum(deal.window_seconds == 24 * 3600 for deal in running) >= 14
