"""Carries WeChat's notifications to the merchant, again and again until they are taken or given up.

Letters are rows; a letter in hand is due again after a while, so what dies with one process is carried by the next.
"""

import asyncio
import json
import logging
import sqlite3
from collections.abc import Mapping
from typing import Any

import httpx2

from app.wechat import exchange
from app.wechat.sandbox import envelopes, letters, refunds
from app.wechat.sandbox.keys import Keys
from app.wechat.sandbox.seal import Manner, Seal
from app.wechat.sandbox.weather import Weather, happens, read_weather, wechat_time
from app.wechat.sandbox.world import Call, World

_log = logging.getLogger(__name__)

#: WeChat's own schedule after the first try of a payment notification, in seconds: 24 hours and 4 minutes.
RETRY_AFTER_S = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
#: The message push is repeated three times.
PUSH_RETRY_AFTER_S = (5, 5, 5)
#: The merchant must answer within this.
ANSWER_WITHIN_S = 5.0

#: A letter in hand is due again after this: longer than any answer takes, short for who waits for a dead process's.
_IN_HAND_S = ANSWER_WITHIN_S + 3
_AT_ONCE = 64
#: How often to look for what no nudge told of: letters of other processes, schedules, finished refunds.
_LOOK_EVERY_S = 0.25


class LetterCourier:
    """`run` carries until it is cancelled. One per process; several may share a folder."""

    def __init__(self, keys: Keys, seal: Seal, http: httpx2.AsyncClient | None = None) -> None:
        self._keys = keys
        self._seal = seal
        self._http = http
        self._wake = asyncio.Event()
        self._in_hand = 0

    def nudge(self) -> None:
        """Look at once."""
        self._wake.set()

    async def run(self, world: World) -> None:
        """Carry what is due, for ever."""
        http = self._http or exchange.new_http(httpx2.Timeout(ANSWER_WITHIN_S))
        try:
            async with asyncio.TaskGroup() as trips:
                while True:
                    self._wake.clear()
                    for letter, weather in await self._due(world):
                        trips.create_task(self._carried(world, http, letter, weather))
                    await self._rest()
        finally:
            if http is not self._http:
                await http.aclose()

    async def send_again(self, news: Mapping[str, Any]) -> dict[str, Any]:
        """Post one notification now, outside every schedule, and tell what was answered."""
        http = self._http or exchange.new_http(httpx2.Timeout(ANSWER_WITHIN_S))
        try:
            taken, answer = await self._post_payment(
                http,
                news["url"],
                news["event"],
                serial=self._keys.pay_public_key_id,
                manner=news["manner"],
                age_s=news["age_s"],
            )
        finally:
            if http is not self._http:
                await http.aclose()
        return {"taken": taken, "answer": answer}

    async def _due(self, world: World) -> list[tuple[sqlite3.Row, Weather]]:
        try:
            return await world.store.run(lambda db: _take(db, world, _AT_ONCE - self._in_hand))
        except sqlite3.Error:
            # Another process held the file for too long: what is due stays due.
            _log.exception("the sandbox's file could not be read")
            return []

    async def _carried(self, world: World, http: httpx2.AsyncClient, letter: sqlite3.Row, weather: Weather) -> None:
        self._in_hand += 1
        try:
            await self._carry(world, http, letter, weather)
        except Exception:  # noqa: BLE001 - one letter that cannot be carried must not stop the others; it is due again
            _log.exception("letter %s could not be carried", letter["id"])
        finally:
            self._in_hand -= 1
            self._wake.set()

    async def _carry(self, world: World, http: httpx2.AsyncClient, letter: sqlite3.Row, weather: Weather) -> None:
        if happens(weather.drop_notifications):
            taken, answer = False, "lost on the way"
        elif letter["kind"] == letters.PUSH:
            taken, answer = await self._post_push(http, letter, weather.push_format)
        else:
            by_certificate = weather.sign_notifications_with == "certificate"
            serial = self._seal.newest_certificate if by_certificate else self._seal.public_key_id
            taken, answer = await self._post_payment(http, letter["url"], json.loads(letter["event"]), serial=serial)
        pace = weather.pace or world.options.pace
        await world.store.run(lambda db: _note(db, letter, taken=taken, answer=answer, pace=pace))

    async def _post_payment(
        self,
        http: httpx2.AsyncClient,
        url: str,
        event: Mapping[str, Any],
        *,
        serial: str,
        manner: Manner = "good",
        age_s: float = 0,
    ) -> tuple[bool, str]:
        body = envelopes.notification(self._keys, event)
        signed = await self._seal.headers(body, serial=serial, manner=manner, age_s=age_s)
        return await _post(http, url, body, {**signed, "Content-Type": "application/json"}, {})

    async def _post_push(
        self, http: httpx2.AsyncClient, letter: sqlite3.Row, written_in: envelopes.Format
    ) -> tuple[bool, str]:
        sealed = envelopes.push(self._keys, json.loads(letter["event"]), written_in)
        taken, answer = await _post(http, letter["url"], sealed.body, {"Content-Type": sealed.mime}, sealed.query)
        return taken and answer in {"200 success", "200 "}, answer

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_EVERY_S):
                await self._wake.wait()
        except TimeoutError:
            return


def _take(db: sqlite3.Connection, world: World, most: int) -> list[tuple[sqlite3.Row, Weather]]:
    """The letters that are due, taken in hand so that no other process carries them meanwhile."""
    weather, now = read_weather(db), wechat_time(db)
    refunds.finish_due(Call(db=db, now=now, weather=weather, world=world))
    due = db.execute(
        "UPDATE letters SET due_at = ? WHERE id IN"
        " (SELECT id FROM letters WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at LIMIT ?) RETURNING *",
        (now + _IN_HAND_S, now, most),
    ).fetchall()
    return [(letter, weather) for letter in due]


def _note(db: sqlite3.Connection, letter: sqlite3.Row, *, taken: bool, answer: str, pace: float) -> None:
    tries = letter["attempts"] + 1
    schedule = PUSH_RETRY_AFTER_S if letter["kind"] == letters.PUSH else RETRY_AFTER_S
    state = "taken" if taken else "waiting" if tries <= len(schedule) else "given up"
    wait_s = schedule[tries - 1] * pace if state == "waiting" else 0
    db.execute(
        "UPDATE letters SET attempts = ?, state = ?, due_at = ?, last_answer = ? WHERE id = ?",
        (tries, state, wechat_time(db) + wait_s, answer, letter["id"]),
    )


async def _post(
    http: httpx2.AsyncClient, url: str, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]
) -> tuple[bool, str]:
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            response = await http.post(url, content=body, headers=dict(headers), params=dict(query) or None)
    except (httpx2.HTTPError, TimeoutError) as error:
        return False, type(error).__name__
    return response.status_code in {200, 204}, f"{response.status_code} {response.text[:200]}"
