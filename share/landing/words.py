"""The page's and the poster's words, in zh-CN and English."""

from datetime import datetime, timedelta, timezone
from typing import Final, Literal

Language = Literal["zh-CN", "en"]

LANGUAGES: Final[tuple[Language, ...]] = ("zh-CN", "en")

# Deadlines are written in the time of the people who meet them, whatever the server's own zone is.
_BEIJING: Final = timezone(timedelta(hours=8))


def language_of(locale: str) -> Language:
    """The language that serves a locale: English for any English, else Chinese."""
    return "en" if locale.lower().replace("_", "-").split("-")[0] == "en" else "zh-CN"


def say(language: Language, key: str, **values: object) -> str:
    """The words for `key`. A `count` of one takes English words of their own where there are some."""
    words = WORDS[language]
    if values.get("count") == 1:
        key = key + "_one" if key + "_one" in words else key
    return words[key].format_map(values)


def moment(at: datetime) -> str:
    """A moment in Beijing's time, such as 2026-11-24 15:01."""
    return at.astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M")


_ZH: Final[dict[str, str]] = {
    "invites": "{name} 邀你一起拼",
    "shares": "{name} 分享给你",
    "switch_language": "English",
    "group_of": "{count} 人团",
    "solo": "单买 {price}",
    "price_label": "拼团价",
    "ladder_rung": "满 {count} 人 {price}",
    "seats": "已有 {taken} 人，共 {size} 个名额",
    "more_members": "等 {count} 人",
    "empty_seat": "空位",
    "held_seat": "付款中",
    "leader": "团长",
    "ends": "{at} 截止（北京时间）",
    "starts": "{at} 开始（北京时间）",
    "remaining": "剩余",
    "days": "天",
    "refund_count": "退款进度 {done}/{total}",
    "pending": "等团长付款",
    "pending_note": "团长付款后开始倒计时，那时就能参团。",
    "forming": "还差 {need} 人成团",
    "rung": "已满 {reached} 人，再来 {more} 人降到 {price}",
    "forming_note": "还剩 {left} 个名额，{held} 人正在付款。",
    "forming_full": "名额占满，等待付款",
    "forming_full_note": "{held} 人正在付款；有人放弃时，名额会重新放出来。",
    "forming_closing": "即将截止，不再接受新成员",
    "forming_closing_note": "到截止时间公布结果，人数不满自动退款。",
    "forming_over": "时间到，正在确认结果",
    "forming_over_note": "最后几笔付款确认后，这里会显示结果。",
    "completed": "拼团成功",
    "completed_note": "{count} 人成团，商家正在备货。",
    "completed_assisted": "拼团成功，按团价发货",
    "completed_assisted_note": "名额没有满，商家仍按拼团价发货，已有 {count} 人参团。",
    "failing": "拼团没有成功，正在退款",
    "failed": "拼团没有成功，已全部退款",
    "failed_note": "款项已原路退回每一位成员。",
    "cancelled": "这个团没有开成",
    "cancelled_note": "团长没有付款，没有人被扣款。",
    "reason_EXPIRED": "到截止时间人数没有满。",
    "reason_TAKEN_DOWN": "这个拼团已经下架。",
    "reason_RISK": "这个团因安全原因被关闭。",
    "reason_LEADER_LEFT": "团长退出，团里没有其他成员。",
    "refunding_note": "款项会自动原路退回，不需要操作。",
    "deal_running": "{count} 人成团，{price}",
    "deal_running_note": "付款后开团，凑齐人数就发货。",
    "deal_scheduled": "还没开始",
    "deal_paused": "暂停开新团",
    "deal_paused_note": "已经开的团照常进行。",
    "deal_ended": "这次拼团已经结束",
    "deal_ended_note": "打开小程序，看看正在拼的好物。",
    "PRODUCT": "好物分享",
    "STORY": "买家故事",
    "LIVE_ROOM": "直播间",
    "POST": "社区帖子",
    "thing_note": "在小程序里查看全部内容。",
    "do_join": "去小程序参团",
    "do_start": "去小程序开团",
    "do_look": "在小程序里查看",
    "do_open": "打开小程序",
    "code_alt": "小程序码",
    "code_hint_poster": "长按识别小程序码",
    "code_hint": "微信里长按识别，电脑上用微信扫一扫",
    "poster": "保存海报",
    "promise": "人数不满自动全额退款",
    "promise_pay": "微信支付",
    "promise_mask": "昵称已打码",
    "nothing_NOT_FOUND": "没有找到这个链接",
    "nothing_NOT_FOUND_note": "地址可能没有复制完整。请对照原消息再试一次，或请朋友重新分享。",
    "nothing_EXPIRED": "这个链接已经过期",
    "nothing_EXPIRED_note": "请朋友重新分享一次，或打开小程序看看正在拼的好物。",
    "nothing_REVOKED": "分享人收回了这个链接",
    "nothing_REVOKED_note": "可以直接问问分享的朋友，或打开小程序看看正在拼的好物。",
    "nothing_WITHDRAWN": "这里的内容已经撤下",
    "nothing_WITHDRAWN_note": "发布者撤下了它，链接、卡片和海报都不再显示。打开小程序看看别的内容。",
}

_EN: Final[dict[str, str]] = {
    "invites": "{name} invites you to buy together",
    "shares": "{name} shares this with you",
    "switch_language": "中文",
    "group_of": "Group of {count}",
    "solo": "{price} alone",
    "price_label": "Group price",
    "ladder_rung": "{count} people {price}",
    "seats": "{taken} of {size} seats taken",
    "more_members": "and {count} more",
    "empty_seat": "Free seat",
    "held_seat": "Paying",
    "leader": "Leader",
    "ends": "ends {at} (Beijing time)",
    "starts": "starts {at} (Beijing time)",
    "remaining": "left",
    "days": "d",
    "refund_count": "{done} of {total} refunds done",
    "pending": "Waiting for the leader to pay",
    "pending_note": "The clock starts when the leader has paid; then you can join.",
    "forming": "{count} seats left",
    "forming_one": "1 seat left",
    "rung": "{count} more people for {price}",
    "rung_one": "1 more person for {price}",
    "forming_note": "{held} paying right now.",
    "forming_full": "All seats are held",
    "forming_full_note": "{held} paying right now. A seat that is not paid for becomes free again.",
    "forming_closing": "Closing: nobody else can join",
    "forming_closing_note": "It is decided when the time is up; if it did not fill, everybody is refunded.",
    "forming_over": "Time is up: being decided",
    "forming_over_note": "The result appears here when the last payments are confirmed.",
    "completed": "The group is complete",
    "completed_note": "{count} people bought together. The shop is packing.",
    "completed_assisted": "It ships anyway, at the group price",
    "completed_assisted_note": "Not every seat was taken. {count} people bought together.",
    "completed_assisted_note_one": "Not every seat was taken. 1 person joined.",
    "failing": "No group this time: refunds are on their way",
    "failed": "No group this time: all refunds are done",
    "failed_note": "Everybody's money went back the way it came.",
    "cancelled": "This group was never opened",
    "cancelled_note": "The leader did not pay, and nobody was charged.",
    "reason_EXPIRED": "Time ran out before every seat was taken.",
    "reason_TAKEN_DOWN": "This deal was taken down.",
    "reason_RISK": "This group was closed for safety.",
    "reason_LEADER_LEFT": "The leader left, and nobody else was in the group.",
    "refunding_note": "Money goes back the way it came; there is nothing to do.",
    "deal_running": "{price} in a group of {count}",
    "deal_running_note": "Pay to open a group; it ships once the seats are filled.",
    "deal_scheduled": "Not started yet",
    "deal_paused": "No new groups for now",
    "deal_paused_note": "Groups that are open go on.",
    "deal_ended": "This deal has ended",
    "deal_ended_note": "Open the mini-app to see what is on now.",
    "PRODUCT": "Shared with you",
    "STORY": "A customer's story",
    "LIVE_ROOM": "Live room",
    "POST": "From the community",
    "thing_note": "See all of it in the mini-app.",
    "do_join": "Join in the mini-app",
    "do_start": "Open a group in the mini-app",
    "do_look": "See it in the mini-app",
    "do_open": "Open the mini-app",
    "code_alt": "Mini-program code",
    "code_hint_poster": "Press and hold the code in WeChat",
    "code_hint": "In WeChat press and hold it; on a computer scan it with WeChat",
    "poster": "Save the poster",
    "promise": "Full refund if it does not fill",
    "promise_pay": "WeChat Pay",
    "promise_mask": "Nicknames are masked",
    "nothing_NOT_FOUND": "There is no such link",
    "nothing_NOT_FOUND_note": "Perhaps the address was not copied in full. "
    "Compare it with the message, or ask your friend to share it again.",
    "nothing_EXPIRED": "This link has expired",
    "nothing_EXPIRED_note": "Ask your friend to share it again, or open the mini-app to see what is on.",
    "nothing_REVOKED": "This link was taken back",
    "nothing_REVOKED_note": "Ask the friend who shared it, or open the mini-app to see what is on.",
    "nothing_WITHDRAWN": "This is no longer shown",
    "nothing_WITHDRAWN_note": "It was withdrawn; links, cards and posters do not show it any more. "
    "Open the mini-app to see what else is there.",
}

WORDS: Final[dict[Language, dict[str, str]]] = {"zh-CN": _ZH, "en": _EN}
