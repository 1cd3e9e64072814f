// A passkey: the browser asks for the finger, the face or the key, and its answer is sent as a form.
// <form data-passkey="create|get"> with a hidden "credential", a [data-passkey-ask] button and, elsewhere, #passkey-options.
"use strict";
document.querySelectorAll("form[data-passkey]").forEach((form) => {
  const button = form.querySelector("[data-passkey-ask]");
  const trouble = form.querySelector("[data-passkey-trouble]");
  const options = JSON.parse(document.getElementById("passkey-options").textContent);
  if (!window.PublicKeyCredential) {
    button.disabled = true;
    trouble.hidden = false;
    return;
  }
  button.dataset.locked = "";
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    try {
      const answer = form.dataset.passkey === "create"
        ? await webauthnJSON.create(options.creation_options)
        : await webauthnJSON.get(options.request_options);
      form.elements.credential.value = JSON.stringify(answer);
      form.submit();
    } catch {
      trouble.hidden = false; // put off, out of time, or no such key on this device
    }
  });
});
