"use strict";
(() => {
  const main = document.querySelector("main");
  // The server's clock decides, not the phone's.
  const ahead = Number(main.dataset.now) - Date.now();
  const two = (n) => String(n).padStart(2, "0");

  function countDown() {
    for (const place of main.querySelectorAll("[data-ends]")) {
      const left = Math.max(0, Math.floor((Number(place.dataset.ends) - Date.now() - ahead) / 1000));
      const days = Math.floor(left / 86400);
      const clock = [Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60].map(two).join(":");
      const amount = (days ? days + place.dataset.days + " " : "") + clock;
      place.textContent = document.documentElement.lang === "en"
        ? amount + " " + place.dataset.label
        : place.dataset.label + " " + amount;
    }
  }

  const parts = (root) => new Map([...root.querySelectorAll("[data-part]")].map((e) => [e.dataset.part, e]));
  const told = new Map();
  for (const [name, part] of parts(main)) told.set(name, part.innerHTML);

  function take(answer) {
    const fresh = answer.querySelector("main");
    if (!fresh) throw new Error("no page");
    if (fresh.dataset.kind !== main.dataset.kind) return location.reload();
    const here = parts(main);
    for (const [name, part] of parts(fresh)) {
      if (told.get(name) === part.innerHTML) continue;
      told.set(name, part.innerHTML);
      here.get(name).replaceChildren(...part.childNodes);
    }
    document.title = answer.title;
    countDown();
    if (!fresh.dataset.moving) delete main.dataset.moving;
  }

  let pause = Number(main.dataset.moving);
  async function refresh() {
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(location.href, { cache: "no-store" });
        take(new DOMParser().parseFromString(await answer.text(), "text/html"));
        pause = Number(main.dataset.moving);
      } catch {
        pause = Math.min(pause * 2, 60000);
      }
    }
    if (main.dataset.moving) setTimeout(refresh, pause);
  }

  countDown();
  if (main.dataset.moving) {
    setInterval(countDown, 1000);
    setTimeout(refresh, pause);
  }
})();
