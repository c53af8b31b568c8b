"use strict";

// Makes the page follow what happens.  Without this script it is the same page, standing still.

const live = document.getElementById("live");
const cards = document.getElementById("cards");
const none = document.getElementById("none");
const POLL_MS = 10000;

function tellTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.textContent = at.toLocaleString();
  }
}

function cardFrom(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html; // made and escaped by our own server
  const card = holder.content.firstElementChild;
  tellTimes(card);
  return card;
}

function show(update) {
  const known = document.getElementById(update.id);
  if (!update.html) {
    if (known) known.remove();
    return;
  }
  const card = cardFrom(update.html);
  if (known) {
    const hasFocus = known.contains(document.activeElement);
    known.replaceWith(card);
    if (hasFocus) card.querySelector("a").focus();
    return;
  }
  card.classList.add("new");
  const time = (one) => (one.querySelector("time") || { dateTime: "" }).dateTime;
  const older = [...cards.children].find((other) => time(other) <= time(card));
  cards.insertBefore(card, older || null);
  while (cards.children.length > Number(cards.dataset.most)) cards.lastElementChild.remove();
}

async function poll() {
  try {
    const answer = await fetch("/cards");
    if (!answer.ok) throw new Error(String(answer.status));
    (await answer.json()).forEach(show);
    none.hidden = cards.children.length > 0;
    live.textContent = "Up to date every few seconds";
  } catch {
    live.textContent = "Not connected; what you see may be old";
  }
}

function follow(source) {
  const events = new EventSource(source);
  let timer = 0;
  const stopPolling = () => { clearInterval(timer); timer = 0; };
  events.addEventListener("open", () => { stopPolling(); live.textContent = "Live"; });
  events.addEventListener("cards", (event) => {
    JSON.parse(event.data).forEach(show);
    none.hidden = cards.children.length > 0;
  });
  events.addEventListener("error", () => {
    if (!timer) { poll(); timer = setInterval(poll, POLL_MS); }
    // A refused stream is not tried again by the browser.
    if (events.readyState === EventSource.CLOSED) setTimeout(() => { stopPolling(); follow(source); }, 6 * POLL_MS);
  });
}

tellTimes(document);
if (live && cards && live.dataset.source) follow(live.dataset.source);
