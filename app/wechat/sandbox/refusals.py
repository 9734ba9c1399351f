"""How WeChat says no: by number at the mini-program API, by status and word at WeChat Pay."""

from collections.abc import Mapping

from app.wechat import signatures

_STEMS: Mapping[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code",
    40037: "invalid template_id",
    40097: "invalid args",
    40125: "invalid appsecret",
    40129: "invalid scene",
    40163: "code been used",
    40165: "invalid weapp pagepath",
    40169: "invalid length for scene, or the data is not json string",
    40189: "invalid width",
    40212: "invalid query",
    40226: "code blocked",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    41009: "missing openid",
    41030: "invalid page",
    42001: "access_token expired",
    43002: "require POST method",
    43101: "user refuse to accept the msg",
    43108: "cannot make concurrent calls to the same OpenID",
    44002: "empty post data",
    44990: "reach max api request frequency limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    47001: "data format error",
    47003: "argument invalid!",
    47501: "activity_id invalid",
    47502: "target_state invalid",
    47503: "version_type invalid",
    47504: "activity_id expired",
    61010: "code is expired",
    85079: "miniprogram has no online release",
    85401: "time limit between 1min and 30days",
}

_PAY_STATUS: Mapping[str, int] = {
    "SIGN_ERROR": 401,
    "NO_AUTH": 403,
    "NOT_ENOUGH": 403,
    "ORDER_NOT_EXIST": 404,
    "RESOURCE_NOT_EXISTS": 404,
    "FREQUENCY_LIMITED": 429,
    "RATELIMIT_EXCEEDED": 429,
    "SYSTEM_ERROR": 500,
    "SERVICE_UNAVAILABLE": 503,
}
_BAD_REQUEST = 400


class ApiRefusal(Exception):  # noqa: N818 - what WeChat says, not a failure of the sandbox
    """An errcode of the mini-program API; sent with HTTP 200."""

    def __init__(self, errcode: int, detail: str = "") -> None:
        super().__init__(errcode)
        self.errcode = errcode
        self.detail = detail

    def body(self) -> dict[str, object]:
        """The reply, with the request id that WeChat appends to every message."""
        stem = " ".join(part for part in (_STEMS.get(self.errcode, "error"), self.detail) if part)
        return {"errcode": self.errcode, "errmsg": f"{stem} rid: {signatures.new_nonce()[:24]}"}


class PayRefusal(Exception):  # noqa: N818 - as ApiRefusal
    """An error code of WeChat Pay; its HTTP status follows from it."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message or code
        self.status = _PAY_STATUS.get(code, _BAD_REQUEST)

    def body(self) -> dict[str, object]:
        """The reply."""
        return {"code": self.code, "message": self.message}


class PhoneRefusal(Exception):  # noqa: N818 - as ApiRefusal
    """What the phone shows: the payment does not go through, or the request to the sandbox makes no sense."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message

    def body(self) -> dict[str, object]:
        """The reply."""
        return {"error": self.code, "message": self.message}
