import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from app.wechat import signatures
from app.wechat.errors import SignatureInvalid

# Vectors of WeChat's documentation.
TOKEN = "AAAAA"
AES_KEY = "A" * 43
PUSH_APP = "wxba5fad812f8e6fb9"
INBOUND = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8X"
    "GT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIj"
    "df8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
OUTBOUND = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
RAW_DATA = (
    '{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong","country":"CN",'
    '"avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol6503Iuswjjn6nIGBiaycAjAtpujx'
    'yzYsrztuuICqIM5ibXQ/0"}'
)
DEMO_KEY = "tiihtNczf5v6AKRyjwEUhQ=="
DEMO_IV = "r7BXXKkLb8qrSNn05n0qiA=="
DEMO_APP = "wx4f4bc4dec97d474b"
DEMO = (
    "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJlAC+oNPdbB+3hVbJSRgv+4lGOETKU"
    "Qz6OYStslQ142dNCuabNPGBzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poOFtnEtpyxVLW1zAo6/1Xx1COxFvrc2d7UL/lmHInNlxuacJXwu0fj"
    "pXfz/YqYzBIBzD6WUfTIF9GRHpOn/Hz7saL8xz+W//FRAUid1OksQaQx4CMs8LOddcQhULW4ucetDf96JcR3g0gfRK4PC7E/r7Z6xNrXd2UIeorGj5"
    "Ef7b1pJAYB6Y5anaHqZ9J6nKEBvB4DnNLIVWSgARns/8wR2SiRS7MNACwTyrGvt9ts8p12PKFdlqYTopNHR1Vf7XjfhQlVsAJdNiKdYmYVoKlaRv85"
    "IfVunYzO0IKXsyl7JCUjCpoG20f0a04COwfneQAGGwd5oa+T8yO5hzuyDb/XcxxmK01EpqOyuxINew=="
)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.mark.parametrize(
    ("timestamp", "nonce", "expected"),
    [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
    ],
)
def test_the_push_url_is_verified_as_documented(timestamp: str, nonce: str, expected: str) -> None:
    assert signatures.push_signature(TOKEN, timestamp, nonce) == expected


def test_a_push_in_secure_mode_is_opened_as_documented() -> None:
    signatures.check_push_signature(
        TOKEN, "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3", "1714112445", "415670741", INBOUND
    )
    message = signatures.open_push(AES_KEY, INBOUND, app_id=PUSH_APP)
    assert len(message) == 167
    assert json.loads(message)["Event"] == "debug_demo"


def test_padding_of_more_than_sixteen_bytes_is_right() -> None:
    # 16 + 4 + 167 + 18 = 205 bytes and 19 of padding: an unpadder that stops at 16 refuses this one.
    assert len(base64.b64decode(INBOUND)) == 224


def test_an_answer_in_secure_mode_is_sealed_as_documented() -> None:
    sealed = signatures.seal_push(AES_KEY, b'{"demo_resp":"good luck"}', app_id=PUSH_APP, random=b"707722b803182950")
    assert sealed == OUTBOUND
    expected = "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
    assert signatures.push_signature(TOKEN, "1713424427", "415670741", sealed) == expected


def test_a_push_for_another_app_is_refused() -> None:
    with pytest.raises(SignatureInvalid):
        signatures.open_push(AES_KEY, INBOUND, app_id="wx0000000000000000")


def test_an_altered_push_is_refused() -> None:
    altered = bytearray(base64.b64decode(INBOUND))
    altered[-1] ^= 1
    with pytest.raises(SignatureInvalid):
        signatures.open_push(AES_KEY, base64.b64encode(altered).decode(), app_id=PUSH_APP)


def test_no_push_is_believed_without_a_token() -> None:
    with pytest.raises(SignatureInvalid):
        signatures.check_push_signature("", signatures.push_signature("", "1", "2"), "1", "2")


def test_raw_data_are_signed_as_documented() -> None:
    expected = "75e81ceda165f4ffa64f4068af58c64b8f54b88c"
    assert signatures.raw_data_signature(RAW_DATA, "HyVFkGl5F5OQWJZZaNzBBg==") == expected


def test_a_session_signs_as_documented() -> None:
    expected = "654571f79995b2ce1e149e53c0a33dc39c0a74090db514261454e8dbe432aa0b"
    assert signatures.session_signature("o0q0otL8aEzpcZL/FT9WsQ==", b'{"foo":"bar"}') == expected


def test_user_data_are_decrypted_as_documented() -> None:
    data = signatures.decrypt_user_data(DEMO_KEY, DEMO, iv=DEMO_IV, app_id=DEMO_APP)
    assert data["openId"] == "oGZUI0egBJY1zhBYw2KhdUfwVJJE"
    assert data["watermark"]["appid"] == DEMO_APP


@pytest.mark.parametrize(
    "changed",
    [
        {"app_id": "wx0000000000000000"},
        {"session_key": "HyVFkGl5F5OQWJZZaNzBBg=="},
        {"encrypted_data": DEMO[:-4] + "AAA="},
        {"encrypted_data": "no base64 at all"},
        {"iv": "AAAA"},
    ],
)
def test_user_data_of_another_app_or_session_are_refused(changed: dict[str, Any]) -> None:
    given = {"session_key": DEMO_KEY, "encrypted_data": DEMO, "iv": DEMO_IV, "app_id": DEMO_APP} | changed
    with pytest.raises(SignatureInvalid):
        signatures.decrypt_user_data(**given)


def test_what_is_encrypted_for_a_session_comes_back() -> None:
    data = {"opengid": "G1", "watermark": {"appid": DEMO_APP, "timestamp": 1}}
    sealed = signatures.encrypt_user_data(DEMO_KEY, data, iv=DEMO_IV)
    assert signatures.decrypt_user_data(DEMO_KEY, sealed, iv=DEMO_IV, app_id=DEMO_APP) == data


def test_a_request_signs_five_lines_each_with_its_end() -> None:
    message = signatures.request_message(method="GET", target="/v3/a?b=c", timestamp="1", nonce="n", body=b"")
    assert message == b"GET\n/v3/a?b=c\n1\nn\n\n"


def test_pay_sign_signs_four_lines_each_with_its_end() -> None:
    message = signatures.payment_message(app_id="wx1", timestamp="1", nonce="n", package="prepay_id=p")
    assert message == b"wx1\n1\nn\nprepay_id=p\n"


def test_a_signature_fits_only_what_was_signed(key: rsa.RSAPrivateKey) -> None:
    signature = signatures.sign(key, b"ten yuan")
    signatures.verify(key.public_key(), b"ten yuan", signature)
    with pytest.raises(SignatureInvalid):
        signatures.verify(key.public_key(), b"one yuan", signature)


def test_the_probe_that_must_fail_fails_over_a_right_signature(key: rsa.RSAPrivateKey) -> None:
    signature = signatures.sign(key, b"x")
    with pytest.raises(SignatureInvalid, match="probe"):
        signatures.verify(key.public_key(), b"x", signatures.PROBE + signature)


@pytest.mark.parametrize("signature", ["", "not base64 §", "QUFBQQ=="])
def test_what_is_no_signature_is_refused_and_nothing_else_is_raised(key: rsa.RSAPrivateKey, signature: str) -> None:
    with pytest.raises(SignatureInvalid):
        signatures.verify(key.public_key(), b"x", signature)


@pytest.mark.parametrize("timestamp", ["1000000", "999700", "1000300"])
def test_a_signature_may_be_five_minutes_from_now(timestamp: str) -> None:
    signatures.check_age(timestamp, 1_000_000)


@pytest.mark.parametrize("timestamp", ["999699", "1000301", "", "-1", "١٠٠٠٠٠٠", "1e6", "nan"])
def test_an_older_or_later_signature_is_refused(timestamp: str) -> None:
    with pytest.raises(SignatureInvalid):
        signatures.check_age(timestamp, 1_000_000)


def test_an_authorization_header_reads_back_in_any_order() -> None:
    said = signatures.Authorization("1900", "5F", "17", "abc", "c2ln+/=")
    assert signatures.read_authorization(said.header()) == said
    scheme, _, rest = said.header().partition(" ")
    turned = ",".join(reversed(rest.split(",")))
    assert signatures.read_authorization(f"{scheme} {turned}") == said


@pytest.mark.parametrize("header", ["", "Bearer x", 'WECHATPAY2-SHA256-RSA2048 mchid="1"'])
def test_another_kind_of_authorization_is_refused(header: str) -> None:
    with pytest.raises(SignatureInvalid):
        signatures.read_authorization(header)


def test_a_sealed_resource_opens_only_unaltered_and_with_its_key() -> None:
    key, other = "k" * 32, "o" * 32
    sealed = signatures.seal_resource(key, b"{}", nonce="n" * 12, associated_data="transaction")
    assert signatures.open_resource(key, sealed, nonce="n" * 12, associated_data="transaction") == b"{}"
    for changed in (
        {"api_v3_key": other},
        {"nonce": "m" * 12},
        {"associated_data": "refund"},
        {"ciphertext": sealed[:-4] + "AAA="},
        {"ciphertext": "§"},
    ):
        given = {"api_v3_key": key, "ciphertext": sealed, "nonce": "n" * 12, "associated_data": "transaction"}
        with pytest.raises(SignatureInvalid):
            signatures.open_resource(**(given | changed))


def test_a_key_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match=r".+"):
        signatures.private_key("no PEM")
