// What a patient's page does better with script; without it everything works too. Nothing is kept on the device.
"use strict";

// Reads the question aloud, then its options, in a voice of the device: the text is sent nowhere.
function offerReading(button) {
  const speech = window.speechSynthesis;
  const primary = (code) => code.toLowerCase().split(/[-_]/)[0];
  const wanted = primary(button.dataset.language);
  const own = button.textContent;
  let reading = false;

  const findVoice = () => speech.getVoices().find((one) => one.localService && primary(one.lang) === wanted);
  const show = () => {
    button.hidden = !findVoice();
  };
  const stop = () => {
    reading = false;
    button.textContent = own;
    speech.cancel();
  };
  const read = () => {
    const voice = findVoice();
    const parts = document.querySelectorAll(
      ".app-item__recall, .app-item__instruction, .app-item__text, .app-choices label",
    );
    speech.cancel();
    reading = true;
    button.textContent = button.dataset.stop;
    [...parts].forEach((part, index) => {
      const said = new SpeechSynthesisUtterance(part.textContent.trim());
      said.voice = voice;
      said.lang = voice.lang;
      said.onerror = stop;
      if (index === parts.length - 1) {
        said.onend = stop;
      }
      speech.speak(said);
    });
  };

  button.addEventListener("click", () => (reading ? stop() : read()));
  window.addEventListener("pagehide", stop);
  document.addEventListener("visibilitychange", () => document.hidden && reading && stop());
  speech.addEventListener?.("voiceschanged", show); // some browsers tell their voices late
  show();
}

// Where the server cannot be reached, the page stays as it is, says so, and tries again until it can. What was
// chosen is in the form and nowhere else; an answer that is sent twice is stored once. Where three requests failed
// on a network that is there, the browser's own way of sending is tried: something may stop scripts alone.
function keepWhileOffline(form, region) {
  const longest = 30_000;
  let pressed = null;
  let waiting = 0; // milliseconds; 0 while nothing is to be sent
  let timer = 0;
  let failures = 0;
  let asking = false;
  let leaving = false;

  // Any answer will do: a server in front may know nothing of this one file. None is asked for where the page
  // itself came a moment ago.
  const reachable = async () => {
    if (waiting === 1000 && performance.now() < 15_000) {
      return true;
    }
    try {
      await fetch(region.dataset.ask, {
        method: "HEAD",
        cache: "no-store",
        signal: AbortSignal.timeout(10_000),
      });
      return true;
    } catch {
      return false;
    }
  };
  // Sends the form and shows the page that comes back: an answer and the next question are one request.
  const answered = async () => {
    const fields = new FormData(form);
    if (pressed?.name) {
      fields.append(pressed.name, pressed.value);
    }
    try {
      const reply = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(fields),
        headers: { Prefer: "return=representation" },
        signal: AbortSignal.timeout(15_000),
      });
      const page = await reply.text();
      turnTo(page, reply.headers.get("Content-Location") ?? reply.url);
      return true;
    } catch {
      return false;
    }
  };
  const send = async () => {
    if (asking) {
      return;
    }
    clearTimeout(timer);
    asking = true;
    const inPlace = !("leave" in region.dataset);
    const there = navigator.onLine && (await (inPlace ? answered() : reachable()));
    if (there && inPlace) {
      return;
    }
    asking = false;
    failures = navigator.onLine ? failures + 1 : 0;
    if (there || failures === 3) {
      region.textContent = "";
      leaving = true;
      // Its own submit: the button's value goes along, and the browser does the rest. It waits for the end of the
      // event of the press, during which a browser passes over another one.
      setTimeout(() => form.requestSubmit(pressed));
      return;
    }
    region.textContent = region.dataset.lost;
    waiting = Math.min(waiting * 2, longest);
    timer = setTimeout(send, waiting);
  };
  const forget = () => {
    clearTimeout(timer);
    failures = 0;
    leaving = false;
    waiting = 0;
  };

  form.addEventListener("submit", (event) => {
    if (leaving && !form.dataset.sent) {
      form.dataset.sent = "yes"; // this one goes; a second press while it is under way does not
      timer = setTimeout(() => {
        delete form.dataset.sent;
        forget();
      }, 15_000);
      return;
    }
    event.preventDefault();
    pressed = event.submitter;
    if (!leaving) {
      waiting = 1000;
      send();
    }
  });
  window.addEventListener("online", () => waiting && !leaving && send());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      delete form.dataset.sent;
      region.textContent = "";
      forget();
    }
  });
}

// As if the browser had gone there: Back and reload ask the server for the page of the address.
function turnTo(page, address) {
  const there = new URL(address, location.href);
  const kept = there.href === location.href ? history.replaceState : history.pushState;
  kept.call(history, null, "", there);
  document.open();
  document.write(page);
  document.close();
  window.scrollTo(0, 0);
}

// What was chosen and not sent goes along where somebody leaves the question by a link of the page's foot.
function keepChoice(form, region) {
  let unsent = false;
  form.addEventListener("input", () => {
    unsent = true;
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a.app-footer__link");
    if (!link || !unsent || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    event.preventDefault();
    unsent = false; // a second press leaves at once
    try {
      await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Prefer: "return=minimal" },
        signal: AbortSignal.timeout(15_000),
      });
      location.assign(link.href);
    } catch {
      region.textContent = region.dataset.lost;
    }
  });
}

// Whoever goes on before this script runs has the next address with the question before: ask the server again.
function showTheAddress() {
  const form = document.querySelector("form[data-here]");
  if (form && new URL(form.action).pathname !== location.pathname) {
    location.reload();
  }
}

function improve() {
  showTheAddress();
  const printing = document.getElementById("print");
  if (printing) {
    printing.hidden = false;
    printing.addEventListener("click", () => window.print());
  }
  const button = document.getElementById("read-aloud");
  if (button && "speechSynthesis" in window) {
    offerReading(button);
  }
  const form = document.querySelector("main form[method=post]");
  const able = "SubmitEvent" in window && "submitter" in SubmitEvent.prototype && "timeout" in AbortSignal;
  const region = document.getElementById("connection");
  if (form?.requestSubmit && able) {
    keepWhileOffline(form, region);
  }
  if (form && "keeps" in form.dataset && able) {
    keepChoice(form, region);
  }
  document.querySelector(".govuk-error-summary")?.focus(); // what is read aloud first, and where Tab begins
  window.addEventListener("popstate", () => location.reload());
}

improve();
