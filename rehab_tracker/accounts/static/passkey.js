// Passkeys need a script, so what uses one shows only here. A form asks for its options, lets the
// device sign them, and is then sent like any other.
const read = {
  create: (options) => PublicKeyCredential.parseCreationOptionsFromJSON(options),
  get: (options) => PublicKeyCredential.parseRequestOptionsFromJSON(options),
};

async function sign(form) {
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json, text/html;q=0.5" },
  });
  if (!answer.headers.get("Content-Type").startsWith("application/json")) {
    location.assign(form.dataset.proof ?? location.href); // the password first, or a fresh page
    return;
  }
  const options = await answer.json();
  if (!answer.ok) throw new Error(options.error);
  const how = form.dataset.passkey;
  const credential = await navigator.credentials[how]({ publicKey: read[how](options) });
  form.elements.credential.value = JSON.stringify(credential);
  form.submit();
}

function say(form, problem) {
  const says = form.querySelector("[data-says]");
  const named = problem.constructor === Error && problem.message;
  says.querySelector("span").textContent = named || says.dataset.failed;
  says.hidden = false;
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  form.hidden = !window.PublicKeyCredential?.parseRequestOptionsFromJSON;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sign(form).catch((problem) => say(form, problem));
  });
}
