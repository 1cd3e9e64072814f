// The list by keyboard: / goes to the search box, arrows from person to person, Enter opens (it is a link), X ticks the
// person, P prints those ticked.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    document.getElementById("q").focus();
    return;
  }
  if (event.key.toLowerCase() === "p" && !typing) {
    const button = document.querySelector("[data-print-picked]");
    if (button) { event.preventDefault(); button.click(); }
    return;
  }
  if (event.key.toLowerCase() === "x" && !typing) {
    const row = document.activeElement.closest("tr");
    const tick = row && row.querySelector("input[name=pick]");
    if (tick) { event.preventDefault(); tick.click(); }
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || typing) return;
  const people = [...document.querySelectorAll("#worklist .person, #worklist .answer-name a")];
  const next = people[people.indexOf(document.activeElement) + step];
  if (next && (people.includes(document.activeElement) || step > 0)) {
    event.preventDefault();
    next.focus();
  }
});

// On a phone the chosen filters stand in one line; open, they would push the list off the screen.
(() => {
  const fold = () => {
    const panel = document.querySelector(".filter-panel");
    if (panel && matchMedia("(max-width: 40rem)").matches && !document.querySelector(".error-summary")) panel.open = false;
  };
  fold();
  document.addEventListener("htmx:afterSwap", fold);
})();
