// The dashboard follows its filters at once, in place; without this script the button "Show" does.
"use strict";

(() => {
  const form = document.querySelector("form.app-filters--many");
  let asked = 0;

  function address() {
    const chosen = [...new FormData(form)].filter(([, value]) => value);
    const query = new URLSearchParams(chosen).toString();
    return query ? `${location.pathname}?${query}` : location.pathname;
  }

  // What a filter changes: the figures, what they show in words, and where the tabs lead.
  function take(page) {
    for (const id of ["board", "board-pages"]) {
      document.getElementById(id).replaceWith(page.getElementById(id));
    }
    document.getElementById("showing").innerHTML = page.getElementById("showing").innerHTML;
    document.dispatchEvent(new Event("figures:new"));
  }

  async function follow() {
    const wanted = address();
    const turn = ++asked;
    document.getElementById("board")?.setAttribute("aria-busy", "true");
    try {
      let reply = await fetch(wanted);
      // These figures are still being drawn: look again in place, as the page itself would by its header Refresh.
      while (reply.status === 202 && turn === asked) {
        await new Promise((done) => setTimeout(done, 1000 * (Number(reply.headers.get("Refresh")) || 3)));
        reply = await fetch(wanted);
      }
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      if (turn !== asked) {
        return;
      }
      if (reply.ok && !reply.redirected && page.getElementById("board")) {
        history.replaceState(null, "", wanted);
        take(page);
        return;
      }
    } catch {
      // no network: the browser's own page says so below
    }
    if (turn === asked) {
      location.assign(wanted);
    }
  }

  form.addEventListener("change", follow);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    follow();
  });
})();
