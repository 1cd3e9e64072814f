// What the sender has, summed before it is sent: a file that arrives in part is recognised (the server compares).
// Without this script, or without a secure address, the file is sent without the sum.
"use strict";

const LARGEST = 64 * 1024 * 1024;

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-upload]");
  const input = form && form.querySelector("[data-checksum]");
  const target = input && form.elements[input.dataset.checksum];
  const file = input && input.files[0];
  if (!target || target.value || !file || file.size > LARGEST || !window.crypto || !crypto.subtle) return;
  event.preventDefault();
  try {
    const sum = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    target.value = Array.from(new Uint8Array(sum), (byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch { /* the file could not be read here: let the server say so */ }
  form.submit();
}, true);

document.addEventListener("change", (event) => {
  const input = event.target.closest("[data-checksum]");
  if (input) input.form.elements[input.dataset.checksum].value = "";
});
