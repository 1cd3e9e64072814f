// The tab still has what was typed: the page itself is opened again, with it, and there is one button to press (API-04).
"use strict";
(() => {
  const again = document.querySelector("[data-form-again]");
  if (again && sessionStorage.getItem(`typed:${again.dataset.user}:${again.dataset.formAgain}`)) location.replace(again.dataset.formAgain);
})();
