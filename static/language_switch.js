// The language switch comes back to the list as it was filtered since the page was opened.
"use strict";
document.addEventListener("htmx:pushedIntoHistory", () => {
  document.querySelectorAll(".language-switch [name=next]").forEach((field) => { field.value = location.pathname + location.search; });
});
