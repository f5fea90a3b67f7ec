// Says that a file is too large before it travels; the server says so again.
const form = document.querySelector("[data-upload]");
const MOST_BYTES = 30 * 1024 * 1024;

form.addEventListener("change", ({ target }) => {
  target.setCustomValidity(target.files?.[0]?.size > MOST_BYTES ? form.dataset.upload : "");
  target.reportValidity();
});
