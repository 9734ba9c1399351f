"""WeChat as a journey plays it: the sandbox's controls, over HTTP."""

from typing import Any

import httpx2


class WeChat:
    """The sandbox's controls: the phone's side of WeChat, and its weather."""

    def __init__(self, origin: str) -> None:
        self._http = httpx2.AsyncClient(base_url=origin, timeout=20)
        self.ahead_s = 0.0

    async def play(self, what: str, **body: Any) -> dict[str, Any]:
        """One of the controls under `/_/`, which must be granted."""
        response = await self._http.post(f"/_/{what}", json=body)
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def refusal(self, what: str, **body: Any) -> str:
        """The error of a control that must be refused."""
        response = await self._http.post(f"/_/{what}", json=body)
        assert response.status_code == 400, response.text
        return str(response.json()["error"])

    async def weather(self, **weather: Any) -> None:
        """The weather from now on. Nothing said is fair, and hasty: what takes WeChat a minute takes a second."""
        await self.play("faults", **{"pace": 0.02, "refund_s": 0} | weather)

    async def sent(self) -> dict[str, Any]:
        """What WeChat has received so far."""
        return dict((await self._http.get("/_/sent")).json())

    async def aclose(self) -> None:
        """Hang up."""
        await self._http.aclose()
