// Shows the way to train to whoever is signed out on a phone that keeps their plan.
import { kept } from "./plan.js";

const place = document.querySelector("[data-kept]");
if (await kept().catch(() => null)) place.hidden = false;
