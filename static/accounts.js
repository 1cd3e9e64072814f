// One tap ticks every account of the page; works on the plain form, which needs no script.
document.querySelectorAll("form[data-many]").forEach((form) => {
  const button = form.querySelector("[data-tick-all]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const boxes = [...form.querySelectorAll('input[name="account"]')];
    const all = boxes.every((box) => box.checked);
    boxes.forEach((box) => { box.checked = !all; });
  });
});
