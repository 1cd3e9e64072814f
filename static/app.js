// Small manners shared by all pages; everything works without this file.
"use strict";

// Send no request while a Vietnamese syllable is still being composed (Telex, VNI): API-08.
document.addEventListener("htmx:configRequest", (event) => {
  const source = event.detail.triggeringEvent;
  if (source && source.isComposing) event.preventDefault();
});

// A button that was pressed is not pressed twice; it comes back when the page does.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.hasAttribute("data-resubmit")) return;
  const button = event.submitter;
  if (button) setTimeout(() => { button.disabled = true; }, 0);
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("button[disabled]:not([data-locked])").forEach((button) => { button.disabled = false; });
});

// <button data-opens="id"> shows the <dialog id>; <button data-closes> closes the one it stands in.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog) { event.preventDefault(); dialog.showModal(); }
    return;
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog").close();
});

// The person is told where an error is: focus goes to the summary.
document.addEventListener("DOMContentLoaded", () => {
  const summary = document.querySelector(".error-summary");
  if (summary) { summary.tabIndex = -1; summary.focus(); }
});

// Print buttons need no inline handler.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A part of the page that could not be fetched says so, in the words that the page carries; silence looks like "nothing there".
(() => {
  const tell = () => {
    const words = document.getElementById("not-answered");
    const main = document.getElementById("main");
    if (!words || main.querySelector(".not-answered")) return;
    main.prepend(words.content.cloneNode(true));
    main.scrollIntoView({ block: "start" });
  };
  document.addEventListener("htmx:responseError", (event) => { if (!event.detail.xhr.getResponseHeader("HX-Redirect")) tell(); });
  document.addEventListener("htmx:sendError", tell);
  document.addEventListener("htmx:timeout", tell);
  document.addEventListener("htmx:afterSwap", () => { const old = document.querySelector(".not-answered"); if (old) old.remove(); });
})();

// What `desk.js` keeps of a form that was sent is done with as soon as another page comes, whichever page that is; where
// the sign-in page comes instead, nothing has arrived, and the typing stays for whoever signs in again.
(() => {
  const sent = sessionStorage.getItem("sent");
  if (!sent || sent.endsWith(`:${location.pathname}`)) return;
  if (!document.querySelector("form[action*='/accounts/login']")) sessionStorage.removeItem(sent);
  sessionStorage.removeItem("sent");
})();
