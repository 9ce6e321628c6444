// Shows how far work in the background is, without a page that loads itself under its reader;
// without it the link "Xem lại" does the same.
"use strict";
const look = async () => {
  const box = document.querySelector("[data-again]");
  if (!box) return;
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { redirect: "manual" });
      if (answer.type === "opaqueredirect") return location.reload();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.querySelector("[data-again]");
      if (now) box.replaceChildren(...now.childNodes);
      else if (answer.ok) document.querySelector("main").replaceWith(page.querySelector("main"));
    } catch { /* the network is away: look again later */ }
  }
  setTimeout(look, box.dataset.again * 1000);
};
look();
