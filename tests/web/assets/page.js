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

// A double click would send a code twice, and each code works once.
for (const form of document.querySelectorAll("form")) {
  let sent = -Infinity;
  form.addEventListener("submit", (event) => {
    if (event.timeStamp - sent < 1000) event.preventDefault();
    else sent = event.timeStamp;
  });
}
