// The tab still has what was typed: the page itself is opened again, with it, and there is one button to press (API-04).
// Where the page says so on its own (data-stay), only the second way is taken away, so that nothing is sent twice.
"use strict";
(() => {
  const again = document.querySelector("[data-form-again]");
  if (!again || !sessionStorage.getItem(`typed:${again.dataset.user}:${again.dataset.formAgain}`)) return;
  if ("stay" in again.dataset) again.remove();
  else location.replace(again.dataset.formAgain);
})();
