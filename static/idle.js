// The screen lock: after a quarter of an hour in which nobody did anything the page is covered, as it stands, with what was
// typed; the password uncovers it. The server locks by itself too; this file keeps the work on the screen and hides it.
"use strict";
(() => {
  const screen = document.getElementById("lock-screen");
  if (!screen) return;
  const IDLE = Number(screen.dataset.idle) * 1000;
  const TELL_EVERY = 2 * 60 * 1000; // how often the server hears that somebody is typing
  const BY_HAND = 60 * 1000; // a request this soon after a key or a click is the user's own
  const ACTED = "acted-at", STATE = "screen"; // shared by the tabs of this browser
  const form = screen.querySelector("form");
  const error = document.getElementById("lock_error");
  const title = document.title;
  let told = Date.now();
  let here = 0;

  // Another user's typing is not for this one to find.
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("typed:") && !key.startsWith(`typed:${screen.dataset.user}:`)) sessionStorage.removeItem(key);
  }

  const isCovered = () => document.documentElement.classList.contains("is-locked");
  const ask = (address, headers = {}) => fetch(address, {
    method: "POST", redirect: "manual", headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, ...headers },
  });

  function act() {
    if (isCovered()) return;
    here = Date.now();
    if (here - Number(localStorage.getItem(ACTED)) > 1000) localStorage.setItem(ACTED, here);
  }

  function cover() {
    if (isCovered()) return;
    for (const part of document.body.children) if (part !== screen) part.inert = true;
    document.documentElement.classList.add("is-locked");
    document.title = "Từng Nhà";
    screen.hidden = false;
    form.elements.password.focus();
  }

  function uncover() {
    for (const part of document.body.children) part.inert = false;
    document.documentElement.classList.remove("is-locked");
    document.title = title;
    screen.hidden = true;
    form.elements.password.value = "";
    error.hidden = true;
    act();
  }

  function lock() {
    cover();
    localStorage.setItem(STATE, `locked ${Date.now()}`);
    ask(screen.dataset.lock, { "X-Idle": "1" }).catch(() => {});
  }

  // The session may have ended meanwhile: then only signing in again helps, and what was typed waits in this tab.
  async function uncoverIfOpen() {
    const answer = await ask(screen.dataset.alive);
    if (answer.status === 204 && !answer.headers.has("HX-Trigger")) return uncover();
    const next = encodeURIComponent(location.pathname + location.search);
    location.assign(`${screen.dataset.signIn}?next=${next}`);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let words = "";
    try {
      const answer = await fetch(form.action, { method: "POST", redirect: "manual", body: new URLSearchParams(new FormData(form)) });
      if (answer.type === "opaqueredirect" || answer.status === 403) {
        localStorage.setItem(ACTED, Date.now());
        await uncoverIfOpen();
        localStorage.setItem(STATE, `open ${Date.now()}`);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector("main .field-error") || page.querySelector("main .error-summary") || page.querySelector("main .lead-line");
      words = found ? found.textContent.trim() : "";
    } catch {
      words = document.getElementById("not-answered").content.textContent.trim();
    }
    error.textContent = words;
    error.hidden = false;
    form.elements.password.select();
  });

  function look() {
    if (isCovered()) return;
    const now = Date.now();
    const acted = Number(localStorage.getItem(ACTED)) || now;
    if (now - acted >= IDLE) lock();
    else if (acted > told && now - told >= TELL_EVERY) { told = now; ask(screen.dataset.alive).catch(() => {}); }
  }

  localStorage.setItem(ACTED, Date.now());
  for (const kind of ["pointerdown", "keydown", "input", "wheel", "touchstart"]) document.addEventListener(kind, act, { passive: true, capture: true });
  document.addEventListener("visibilitychange", look);
  window.addEventListener("focus", look);
  setInterval(look, 5000);

  window.addEventListener("storage", (event) => {
    if (event.key !== STATE || !event.newValue) return;
    if (event.newValue.startsWith("locked")) cover();
    else if (isCovered()) uncoverIfOpen().catch(() => {});
  });
  document.addEventListener("session-locked", cover);
  document.addEventListener("htmx:configRequest", (event) => {
    if (Date.now() - here < BY_HAND) event.detail.headers["X-By-Hand"] = "1";
  });
})();
