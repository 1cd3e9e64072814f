// The description of the API to leaf through; requests are made by hand or by the program that is being written, not from here.
window.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("api");
  SwaggerUIBundle({ url: place.dataset.description, domNode: place, supportedSubmitMethods: [], validatorUrl: null });
});
