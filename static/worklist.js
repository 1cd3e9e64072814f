// The list by keyboard: / goes to the search box, arrows from person to person, Enter opens (it is a link).
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    document.getElementById("q").focus();
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
