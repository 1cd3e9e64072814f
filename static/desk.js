// Manners of the desk's forms. Everything works without this file.
"use strict";

// ---- the duplicate card while typing: 300 ms after the last key, never inside a syllable being composed (API-08)
(() => {
  const card = document.querySelector("[data-live]");
  if (!card) return;
  const form = card.closest("form");
  const watched = card.dataset.watch.split(" ");
  let timer;
  const later = (event) => {
    if (event.isComposing || !watched.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(() => { if (form.elements.name.value.trim()) htmx.trigger(card, "settled"); }, 300);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("compositionstart", () => clearTimeout(timer));
  form.addEventListener("compositionend", (event) => later({ isComposing: false, target: event.target }));

  // "Two different people" is remembered in the form and takes the card away; without script the button saves instead.
  card.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tell-apart]");
    if (!button) return;
    event.preventDefault();
    const kept = form.elements.different_from;
    kept.value = [kept.value, button.value].filter(Boolean).join(",");
    button.closest(".duplicate-card").remove();
    form.elements.name.focus();
  });
})();

// ---- a part of a form that belongs to one answer is shown with that answer
(() => {
  const parts = document.querySelectorAll("[data-when]");
  const show = () => parts.forEach((part) => {
    const chosen = document.querySelector(`input[name="${part.dataset.when}"]:checked`);
    part.hidden = !(chosen && chosen.value === part.dataset.is);
  });
  if (parts.length) { document.addEventListener("change", show); show(); }
})();

// ---- what is typed is kept in this tab until it was saved: a session that ends, or a page that is left, loses nothing (API-04)
(() => {
  const PREFIX = "typed:";
  const form = document.querySelector("form[data-keep]");
  const skipped = ["csrfmiddlewaretoken"];
  const place = () => PREFIX + form.dataset.keep + ":" + location.pathname;

  // The page after a saved form: whatever waited for it is done. A form that comes back with errors brings its own values.
  const sent = sessionStorage.getItem("sent");
  sessionStorage.removeItem("sent");
  if (sent && !document.querySelector("form[action*='/accounts/login']") && (!form || place() !== sent)) sessionStorage.removeItem(sent);
  if (!form) return;
  // Another user's typing is not for this one to find.
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX) && !key.startsWith(PREFIX + form.dataset.keep + ":")) sessionStorage.removeItem(key);

  const values = () => [...new FormData(form)].filter(([name, value]) => !skipped.includes(name) && typeof value === "string");
  const isFresh = !document.querySelector(".error-summary, [data-stale]");
  const kept = sessionStorage.getItem(place());
  if (kept && isFresh) restore(JSON.parse(kept));

  function restore(entries) {
    const before = JSON.stringify(values());
    const names = new Set(entries.map(([name]) => name));
    for (const field of form.elements) {
      if (!field.name || skipped.includes(field.name)) continue;
      const mine = entries.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "radio" || field.type === "checkbox") field.checked = mine.includes(field.value);
      else if (names.has(field.name)) field.value = mine[0];
    }
    if (JSON.stringify(values()) === before) return;
    form.dispatchEvent(new Event("change", { bubbles: true }));
    const template = document.getElementById("kept-note");
    if (!template) return;
    form.before(template.content.cloneNode(true));
    document.querySelector("[data-drop-kept]").addEventListener("click", () => { sessionStorage.removeItem(place()); location.reload(); });
  }

  form.addEventListener("input", () => sessionStorage.setItem(place(), JSON.stringify(values())));
  form.addEventListener("submit", () => {
    sessionStorage.setItem(place(), JSON.stringify(values()));
    sessionStorage.setItem("sent", place());
  });
})();
