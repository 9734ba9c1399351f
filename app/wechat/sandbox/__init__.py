"""A WeChat that lives on this machine and speaks WeChat's own protocol, with storage and keys of its own.

`create_sandbox(folder)` is an ASGI application whose routes are relative to where it is mounted; a mounted one
works only while `running(sandbox)` is entered. `sandbox_config(folder, origin, notify_url)` gives a client its
addresses and keys. `python -m app.wechat.sandbox --port 8787 --data DIR` serves it alone. Several processes may
share a folder. State survives SIGKILL: a notification that was not yet taken is carried by the next process.

People exist by being named. A person's openid follows from the name (`openid_of`), a login code `dev:<name>`
always works, and `"as"` below is a name or a known openid.

Playing the phone (`POST`, JSON; refused with 400 `{"error", "message"}`):

`/_/login {"as"}`                         -> `{"code"}`: what wx.login gives; single use, five minutes
`/_/phone {"as", "phone"?}`               -> `{"code"}`: what the getPhoneNumber button gives; `phone` changes number
`/_/pay {"prepay_id", "as"}`              -> `{"transaction_id"}`; PREPAY_NOT_FOUND, PREPAY_EXPIRED, WRONG_PAYER,
                                          ORDER_PAID, ORDER_CLOSED, ORDER_EXPIRED. With timeStamp, nonceStr and
                                          paySign the phone checks these too (PAY_SIGN)
`/_/consent {"as", "template_ids", "decision"?}` -> `{"left"}`: accept (one message each), reject, withdraw (all)
`/_/encrypted {"as", "data"}`             -> `{"encryptedData", "iv", "rawData", "signature"}`, as wx.getGroupEnterInfo

Playing the merchant's console:

`/_/refund {"out_refund_no", "status"?}`  give a refund its end by hand: SUCCESS, CLOSED or ABNORMAL
`/_/notify_again {"out_trade_no" | "out_refund_no", "as"?}` -> `{"taken", "answer"}`: one more notification now;
                                          genuine, forged, unsigned, stale (ten minutes old) or probe (SIGNTEST)
`GET /_/sent`                             subscribe_messages, refunds, transfers, shipping_uploads, card_updates,
                                          url_links, media_checks, orders, and notifications with their tries

Playing the browser: `GET /link/{ticket}`, where a URL link leads, says in Chinese and English what WeChat would open.

Playing the weather:

`/_/clock {"offset_s"}`                   WeChat's calendar is so far ahead: codes, tokens, orders, schedules.
                                          Signatures are always dated with the machine's time
`/_/faults {…}`                           the whole weather, `{}` is fair; `GET` tells it:

drop_notifications       probability that a try is lost on its way; the schedule goes on
duplicate_notifications  how many more of each: 1 is always one, 0.5 one of two times
delay_s, shuffle_s       each notification waits so long, and up to so much longer (out of order)
pace                     what the seconds between tries are multiplied with
sign_notifications_with  `public_key` or `certificate`
system_busy              probability of errcode -1 or 500 SYSTEM_ERROR, nothing done
slow_s                   every answer takes so long
lost_replies             probability that a request is carried out, held for `lost_reply_s`, and answered with an
                         unsigned 502; only for paths that begin with one of `lost_paths` if any are given
errors                   beginning of a path to errcode or Pay's code: always answered so, nothing done
reply_signature          `good`, `wrong`, `none` or `probe`: under WeChat Pay's answers
refund, refund_s         how refunds asked for from now on end: SUCCESS, ABNORMAL, CLOSED, PROCESSING (never), or
                         NOT_ENOUGH (refused at once); and after how long
media_s                  how long after a picture was handed in its verdict is pushed; 0 may be before the reply
push_format              `json` or `xml`: how the message push is written; always in secure mode
content                  word to `pass`, `review` or `risky`: what the checks say of a text or address with it;
                         `sandbox-risky` and `sandbox-review` always do
"""

from app.wechat.sandbox.application import create_sandbox as create_sandbox
from app.wechat.sandbox.application import running as running
from app.wechat.sandbox.guard import refusal_to_start as refusal_to_start
from app.wechat.sandbox.keys import sandbox_config as sandbox_config
from app.wechat.sandbox.people import openid_of as openid_of
from app.wechat.sandbox.people import phone_of as phone_of
from app.wechat.sandbox.people import unionid_of as unionid_of
