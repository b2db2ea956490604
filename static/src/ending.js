// Warns before staff are signed out, and goes on with the session at one press. Pages of this browser share the end,
// because each of them is a use. Without this script what was typed is kept all the same when it is sent.
"use strict";

(() => {
  const KEPT = "session-ends";
  const BEFORE = 5 * 60 * 1000; // milliseconds
  const EVERY = 10 * 1000;
  const box = document.getElementById("ending");
  const form = box.querySelector("form");
  const over = box.querySelector("[data-ending-over]");
  let said = "";

  function state() {
    const left = Number(localStorage.getItem(KEPT)) - Date.now();
    if (left > BEFORE) {
      return "";
    }
    return left > 0 ? "soon" : "over";
  }

  // Says each once: who closed the words goes on typing.
  function show() {
    const now = state();
    if (now === said) {
      return;
    }
    said = now;
    form.hidden = now !== "soon";
    over.hidden = now !== "over";
    box.close();
    if (now) {
      box.showModal();
    }
  }

  function begin(seconds) {
    localStorage.setItem(KEPT, String(Date.now() + seconds * 1000));
    show();
  }

  async function goOn() {
    const answer = await fetch(form.action, {
      body: new URLSearchParams(new FormData(form)),
      method: "POST",
      redirect: "error",
    });
    begin((await answer.json()).ends_in);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    box.close();
    // No network, or over already: said when it is over.
    goOn().catch(() => {});
  });
  box.querySelector("[data-ending-close]").addEventListener("click", () => box.close());
  document.addEventListener("visibilitychange", show);
  setInterval(show, EVERY);
  begin(Number(box.dataset.endsIn));
})();
