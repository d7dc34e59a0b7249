// The terminal has the focus as soon as it shows something. A tab with a designer in it asks before it closes: ctrl+w,
// which deletes a word in many terminals, closes a tab in a browser.
"use strict";

const has = (name) => document.body.classList.contains(name);

function focus() {
  document.querySelector(has("-closed") ? "#again" : ".xterm-helper-textarea")?.focus();
}

window.addEventListener("load", () => {
  document.getElementById("again").addEventListener("click", () => window.location.reload());
  new MutationObserver(focus).observe(document.body, { attributeFilter: ["class"] });
  focus();
});

window.addEventListener("beforeunload", (event) => {
  if (!has("-closed") && document.body.dataset.edits === "yes") {
    event.preventDefault();
  }
});
