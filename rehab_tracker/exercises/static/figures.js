// Shows an exercise's movement while somebody asks for it: by a tap, a key or a resting pointer.
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const stops = new Set();

for (const figure of document.querySelectorAll("[data-figure]")) {
  const stage = figure.querySelector("[data-stage]");
  const link = figure.querySelector("[data-play]");
  const button = asButton(link);
  let film = null;
  let asked = false; // by a click or a key: then a pointer that leaves does not end it

  const stop = () => {
    film?.remove();
    film = null;
    asked = false;
    stage.classList.remove("figure__stage--moving");
    button.ariaPressed = "false";
    stops.delete(stop);
  };

  const play = () => {
    for (const other of stops) other();
    film = new Image();
    film.alt = stage.firstElementChild.alt;
    film.addEventListener("load", ({ target }) => {
      if (target === film) stage.classList.add("figure__stage--moving");
    });
    film.src = link.href;
    stage.append(film);
    button.ariaPressed = "true";
    stops.add(stop);
  };

  const turn = () => {
    if (asked) return stop();
    if (!film) play();
    asked = true;
  };
  button.addEventListener("click", turn);
  stage.addEventListener("click", turn);
  stage.addEventListener("pointerenter", ({ pointerType }) => {
    if (pointerType === "mouse" && !film && !calm.matches) play();
  });
  stage.addEventListener("pointerleave", ({ pointerType }) => {
    if (pointerType === "mouse" && !asked) stop();
  });
}

addEventListener("keydown", ({ key }) => {
  if (key === "Escape") for (const stop of stops) stop();
});

function asButton(link) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = link.className;
  button.ariaPressed = "false";
  button.append(...link.childNodes);
  link.replaceWith(button);
  return button;
}
