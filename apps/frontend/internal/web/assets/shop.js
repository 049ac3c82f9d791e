"use strict";

// The shop works without this file. With it, searching and changing the cart renew their parts of the page in place:
// the server answers with the same page as ever, and the parts below are taken from it.
(() => {
  const parts = ["notice", "results", "cart", "cart-link"];
  let queue = Promise.resolve();
  let latest = 0;
  let pending = 0;

  // Whoever reads the page by its roles, a screen reader for example, waits until it is as it will be.
  function busy(change) {
    pending += change;
    document.getElementById("main").setAttribute("aria-busy", String(pending > 0));
  }

  function swap(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const found = parts.map((id) => [document.getElementById(id), fresh.getElementById(id)]);
    if (found.some((pair) => pair.includes(null))) throw new Error("not the shop's page");
    const focused = document.activeElement.id;
    const aside = document.activeElement.closest("#cart");
    for (const [old, renewed] of found) old.replaceChildren(...renewed.childNodes);
    if (!focused || document.activeElement.id === focused) return;
    const again = document.getElementById(focused);
    const target = again && !again.disabled ? again : document.getElementById(aside ? "cart-title" : "results-title");
    target.focus({ preventScroll: true });
  }

  async function renew(url, options) {
    const turn = ++latest;
    const response = await fetch(url, { ...options, headers: { Accept: "text/html" } });
    const html = await response.text();
    if (turn === latest) swap(html);
  }

  function change(form, button) {
    const body = new URLSearchParams(new FormData(form, button));
    busy(1);
    // One after the other: each change starts from the cart that the one before it left in the cookie.
    queue = queue
      .then(() => renew(form.action, { method: "POST", body }))
      .catch(() => location.reload())
      .finally(() => busy(-1));
  }

  function search(form) {
    const url = new URL(form.action);
    const text = form.elements.q.value.trim();
    if (text) url.searchParams.set("q", text);
    history.replaceState(null, "", url);
    busy(1);
    queue = queue
      .then(() => renew(url))
      .catch(() => location.assign(url))
      .finally(() => busy(-1));
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.live) {
      event.preventDefault();
      if (form.dataset.live === "search") {
        clearTimeout(typing); // what was typed is searched for now
        search(form);
      } else change(form, event.submitter);
    } else if ("once" in form.dataset) {
      // After the browser has taken the form's data, which leaves out disabled buttons.
      setTimeout(() => event.submitter && (event.submitter.disabled = true));
    }
  });

  // A page that comes back from the browser's memory must not keep its button disabled, nor an old cart.
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  let typing;
  document.addEventListener("input", (event) => {
    if (event.target.id !== "q") return;
    clearTimeout(typing);
    typing = setTimeout(() => search(event.target.form), 250);
  });
})();
