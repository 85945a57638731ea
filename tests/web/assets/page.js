// Only for convenience: every page works without it.
"use strict";

for (const tools of document.querySelectorAll("[hidden]")) {
  if (tools.querySelector("[data-print], [data-copies]")) tools.hidden = false;
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}

for (const button of document.querySelectorAll("[data-copies]")) {
  button.addEventListener("click", async () => {
    const said = document.querySelector("[data-copied]");
    const codes = [...document.querySelectorAll("[data-copy] code")].map((code) => code.textContent);
    try {
      await navigator.clipboard.writeText(codes.join("\n") + "\n");
      said.textContent = "Copied.";
    } catch {
      said.textContent = "The browser does not allow this. Select the codes and copy them.";
    }
  });
}

// A second click would send a code again, and each code works once.
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}

// The button Back can restore a page. Its forms can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form")) delete form.dataset.sent;
});
