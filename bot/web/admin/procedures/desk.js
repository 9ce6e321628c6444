// The edit form without reloading: its own buttons are sent in the background, and the preview follows
// the typing. Without this script the same buttons submit the same form.
const quietly = async (form, button) => {
  const body = new URLSearchParams(new FormData(form));
  body.set("do", button);
  const answer = await fetch(form.action, { method: "POST", body });
  if (answer.redirected || !answer.headers.get("content-type")?.includes("html")) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
};
const swap = (page, selector) => {
  const now = document.querySelector(selector), next = page.querySelector(selector);
  if (now && next) now.replaceWith(document.adoptNode(next));
};
const look = (form) => {
  const path = form.dataset.focus;
  if (!path) return;
  const row = document.getElementById(`${path}-row`) ?? document.getElementById(path)
    ?? document.querySelector(`button[value="open:${CSS.escape(path)}"]`);
  const field = row?.matches("input,select,textarea,button") ? row : row?.querySelector("input:not([type=hidden]),select,textarea,button");
  row?.scrollIntoView({ block: "nearest" });
  (field ?? document.getElementById(`${path}-title`))?.focus({ preventScroll: true });
};
let timer = 0, turn = 0;
const follow = () => {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const mine = ++turn;
    const page = await quietly(document.getElementById("edit"), "preview").catch(() => null);
    if (page && mine === turn && !page.getElementById("summary")) swap(page, "#preview");
  }, 700);
};
document.addEventListener("input", (event) => event.target.closest("#edit") && follow());
document.addEventListener("submit", async (event) => {
  const form = event.target, button = event.submitter?.value ?? "";
  if (form.id !== "edit" || !(button.includes(":") || button === "preview")) return;
  event.preventDefault();
  form.classList.add("busy");
  const page = await quietly(form, button).catch(() => null);
  form.classList.remove("busy");
  if (!page?.getElementById("edit")) {
    // No session, no network or an unknown answer: let the browser show it, with everything typed.
    const what = document.createElement("input");
    Object.assign(what, { type: "hidden", name: "do", value: button });
    form.append(what);
    form.submit();
    return;
  }
  if (button !== "preview" || page.getElementById("summary")) swap(page, "#edit");
  swap(page, "#preview");
  look(document.getElementById("edit"));
});
const opened = document.getElementById("summary");
opened ? opened.focus() : look(document.getElementById("edit"));
let dirty = false;
document.addEventListener("input", (event) => { if (event.target.closest("#edit")) dirty = true; });
document.addEventListener("submit", () => { dirty = false; });
addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
