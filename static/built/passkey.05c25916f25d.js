// Asks the browser for a passkey, or to make one; the page's form sends what it answers.
"use strict";

(() => {
  const form = document.querySelector("form[data-passkey]");
  const known = window.PublicKeyCredential;
  if (!form || !known?.parseCreationOptionsFromJSON || !known.parseRequestOptionsFromJSON) {
    return; // the page says what else to do
  }
  const options = JSON.parse(form.dataset.passkey);
  const failed = document.getElementById("passkey-failed");
  document.getElementById("passkey-without").hidden = true;
  form.hidden = false;

  function ask() {
    return options.user
      ? navigator.credentials.create({ publicKey: known.parseCreationOptionsFromJSON(options) })
      : navigator.credentials.get({ publicKey: known.parseRequestOptionsFromJSON(options) });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      const answer = await ask();
      form.elements.credential.value = JSON.stringify(answer.toJSON());
      form.submit();
    } catch {
      failed.hidden = false; // stopped by its owner, or no passkey there
      failed.focus();
    }
  });
})();
