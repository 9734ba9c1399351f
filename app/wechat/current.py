"""This process's connection to WeChat: made once at start, used by every room's flows."""

from app.core.db import refuse_in_transaction
from app.wechat.client import MiniProgram
from app.wechat.pay import WeChatPay

_mini_program: MiniProgram | None = None
_pay: WeChatPay | None = None


def use(mini_program: MiniProgram, pay: WeChatPay) -> None:
    """Talk to WeChat through these from now on. Whoever made them closes them."""
    global _mini_program, _pay
    _mini_program, _pay = mini_program, pay


def mini_program() -> MiniProgram:
    """The mini-program's client. Raises inside a transaction, which would hold its locks while WeChat thinks."""
    refuse_in_transaction("WeChat was called")
    if _mini_program is None:
        raise RuntimeError("this process is not connected to WeChat")
    return _mini_program


def pay() -> WeChatPay:
    """WeChat Pay's client. Raises inside a transaction, as mini_program()."""
    refuse_in_transaction("WeChat Pay was called")
    if _pay is None:
        raise RuntimeError("this process is not connected to WeChat Pay")
    return _pay
