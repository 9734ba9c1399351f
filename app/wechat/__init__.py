"""WeChat's servers, seen from ours: a client of the mini-program API, a client of WeChat Pay, and a sandbox.

MiniProgram   what `api.weixin.qq.com` does for a mini-program: login, phone, codes, messages, content checks.
WeChatPay     what `api.mch.weixin.qq.com` does for a merchant: orders, refunds, and the notifications it sends.
Busy          WeChat gave no answer that decides anything: try later, or ask by our own number.
Refused       WeChat said no, and will say no again.
Push          what WeChat posts to us about messages and content, apart from payments.
Sandbox       a WeChat of our own on loopback; it speaks the same protocol, so nothing here knows of it.

Both clients stand on money of the core and nothing else; only `token_store` and `current`, which serve this
process, know a database. Times that WeChat gives are aware UTC datetimes; amounts are fen. Fields called `openid`
hold personal data and never go to logs.
"""
