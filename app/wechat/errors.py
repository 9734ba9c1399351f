"""What can go wrong at WeChat, told apart by what the caller can do about it."""


class WeChatError(Exception):
    """Something went wrong between us and WeChat."""


class WeChatBusy(WeChatError):
    """WeChat gave no answer that decides anything: a time-out, a 5xx, `system error`, a rate limit.

    Where `perhaps_done` is true the request may have been carried out: ask by our own number before anything
    else. Where it is false, nothing has happened and the same request may be sent again later.
    """

    def __init__(self, what: str, *, perhaps_done: bool) -> None:
        super().__init__(what)
        self.perhaps_done = perhaps_done


class WeChatSlowDown(WeChatBusy):
    """WeChat was asked too often and did nothing: the next try belongs into the next minute."""

    def __init__(self, what: str) -> None:
        super().__init__(what, perhaps_done=False)


class WeChatRefused(WeChatError):
    """WeChat said no. The same request will be refused again.

    `code` is WeChat's own: a number of the mini-program API as text (`"40029"`), or a word of WeChat Pay
    (`"PARAM_ERROR"`).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class LoginCodeInvalid(WeChatRefused):
    """The login code is unknown, older than five minutes, or another app's: the phone must log in again."""


class LoginCodeUsed(WeChatRefused):
    """The login code was used before: the phone must log in again."""


class LoginBlocked(WeChatRefused):
    """WeChat holds this user for a high risk: refuse the login."""


class PhoneCodeInvalid(WeChatRefused):
    """The phone code is unknown, used, older than five minutes, or another user's: ask for a new tap."""


class MessageNotConsented(WeChatRefused):
    """No consent of this user is left for this message. Never repeat it."""


class OrderPaid(WeChatRefused):
    """The order is paid: it cannot be closed or placed again, only refunded."""


class OrderClosed(WeChatRefused):
    """The order is closed: a new number is needed."""


class OrderNotExist(WeChatRefused):
    """WeChat knows no order under this number."""


class OrderMismatch(WeChatRefused):
    """The number is known with other parameters, or what is asked does not fit its state. Ask by the number."""


class NotEnough(WeChatRefused):
    """The merchant's balance does not cover the refund: the same number may be tried again later."""


class SignatureInvalid(WeChatError):
    """What came in WeChat's name is not signed by WeChat, is too old, or was altered."""
