// Adds what the citizen has said since; without it the link "Xem tin mới" does the same.
const talk = document.getElementById("talk");
const newest = () => talk.lastElementChild?.dataset.id ?? 0;
const look = async () => {
  if (!document.hidden) {
    try {
      const answer = await fetch(`${talk.dataset.more}?after=${newest()}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok && !answer.redirected) talk.append(...page.querySelectorAll("li[data-id]"));
    } catch { /* the network is away: look again later */ }
  }
  setTimeout(look, 4000);
};
if (talk) setTimeout(look, 4000);
