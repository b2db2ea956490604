// Keeps what staff see of a running day up to date: asks this site every ten seconds and changes only words.
// Without it the page shows the state of when it was opened.
"use strict";

(() => {
  const EVERY = 10000;
  const COLOURS = { done: "green", in_progress: "blue", due: "yellow", nothing: "grey" };
  const place = document.querySelector("[data-live]");

  async function refresh() {
    if (document.hidden) {
      return;
    }
    const answer = await fetch(place.dataset.live, { headers: { Accept: "application/json" }, redirect: "error" });
    if (!answer.ok) {
      return;
    }
    const told = await answer.json();
    for (const tag of place.querySelectorAll("[data-live-key]")) {
      const now = told[tag.dataset.liveKey];
      if (now && now.words !== tag.textContent) {
        tag.textContent = now.words;
        tag.className = `govuk-tag govuk-tag--${COLOURS[now.state]}`;
      }
    }
    const done = document.querySelector("[data-live-done]");
    if (done) {
      done.textContent = Object.values(told).filter((one) => one.state === "done").length;
    }
  }

  // The network may be gone, or the session over: the page stays as it is.
  const quietly = () => refresh().catch(() => {});

  if (place) {
    setInterval(quietly, EVERY);
    document.addEventListener("visibilitychange", quietly);
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
