// Keeps the figures of a running announcement fresh; without it the page shows them when reloaded.
"use strict";
const box = document.getElementById("progress");
if (box && box.dataset.events && "EventSource" in window) {
  const source = new EventSource(box.dataset.events);
  const shown = new Intl.NumberFormat("vi-VN");
  source.addEventListener("progress", (event) => {
    const now = JSON.parse(event.data);
    for (const place of box.querySelectorAll("[data-key]")) {
      const value = now[place.dataset.key];
      if (value !== null) place.textContent = shown.format(value);
    }
    if (!now.running) source.close();
  });
}
