// Every page works without this. It only makes some moves quicker or clearer.
import { initAll } from "govuk-frontend";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// Buttons marked data-print open the browser's own print window.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A part that htmx swapped in may hold components, too.
document.body.addEventListener("htmx:afterSwap", (event) => initAll({ scope: event.target }));
