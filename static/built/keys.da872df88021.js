// Keys for staff: / finds a patient, g and a letter opens a room, ? says which keys there are. Somebody whose voice
// or hand types by itself switches them off on this device. Without this script every page is used as before.
"use strict";

(() => {
  const KEPT = "keys";
  const help = document.getElementById("keys");
  const find = document.getElementById("find");
  const toggle = help.querySelector("[data-keys-switch]");
  let going = false;

  const on = () => localStorage.getItem(KEPT) !== "off";

  function say() {
    toggle.textContent = on() ? toggle.dataset.off : toggle.dataset.on;
  }

  function typing(target) {
    return target.closest("input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]");
  }

  const acts = {
    "/": () => find && find.focus(),
    "?": () => help.showModal(),
  };

  function pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open || typing(event.target)) {
      return;
    }
    if (going) {
      going = false;
      const room = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (room && on()) {
        location.assign(room.href);
      }
    } else if (event.key === "g") {
      going = true;
    } else if (acts[event.key] && on()) {
      event.preventDefault();
      acts[event.key]();
    }
  }

  document.addEventListener("keydown", pressed);
  toggle.addEventListener("click", () => {
    localStorage.setItem(KEPT, on() ? "off" : "on");
    say();
    help.close();
  });
  help.querySelector("[data-keys-close]").addEventListener("click", () => help.close());
  for (const button of document.querySelectorAll("[data-keys]")) {
    button.hidden = false;
    button.addEventListener("click", () => help.showModal());
  }
  say();
})();
