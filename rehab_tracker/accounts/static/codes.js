// Recovery codes are shown once: printing and copying need a script, so their buttons show only here.
const [print, copy] = ["[data-print]", "[data-copy]"].map((name) => document.querySelector(name));
const said = document.querySelector("[data-copied]");

print.hidden = false;
print.addEventListener("click", () => window.print());

copy.hidden = !navigator.clipboard;
copy.addEventListener("click", async () => {
  const codes = [...document.querySelectorAll("[data-codes] code")].map((code) => code.textContent);
  await navigator.clipboard.writeText(codes.join("\n"));
  said.textContent = said.dataset.copied;
  said.classList.remove("vh");
});
