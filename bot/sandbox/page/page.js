// Plays the citizens of the sandbox's platforms: shows each chat as the platform holds it.
"use strict";

const GESTURES = {
  location: "Gửi vị trí",
  sticker: "Gửi sticker",
  follow: "Quan tâm",
  unfollow: "Bỏ quan tâm",
};
const LOOK_EVERY = 700;
/* Not every machine has a font for 👍; the words beside it say the same. */
const words = (label) => label.replace(/^\p{Extended_Pictographic}\uFE0F?\s+/u, "");

const people = [
  { id: "1001", name: "Chị Lan" },
  { id: "1002", name: "Bác Tư" },
  { id: "1003", name: "Anh Nam" },
];
const $ = (id) => document.getElementById(id);
let platforms = [];
let platform = null;
let person = people[0];
let shown = "";

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function choose() {
  document.body.className = platform.name;
  $("platforms").replaceChildren(...platforms.map((one) => {
    const button = element("button", { type: "button", textContent: one.title });
    button.setAttribute("aria-pressed", String(one === platform));
    button.onclick = () => { platform = one; choose(); };
    return button;
  }));
  const rows = people.map((one, index) => {
    const about = element("span", {}, one.name, element("small", { textContent: `mã ${one.id}` }));
    const initial = one.name.split(" ").pop()[0];
    const button = element("button", { type: "button", className: `c${index % 5}` },
      element("i", { textContent: initial, ariaHidden: "true" }), about);
    button.setAttribute("aria-pressed", String(one === person));
    button.onclick = () => { person = one; choose(); $("text").focus(); };
    return button;
  });
  const more = element("button", { type: "button", className: "more", textContent: "+ Thêm người" });
  more.onclick = () => {
    person = { id: String(1001 + people.length), name: `Người ${people.length + 1}` };
    people.push(person);
    choose();
  };
  $("people").replaceChildren(...rows, more);
  $("gestures").replaceChildren(...platform.gestures.map((name) => {
    const button = element("button", { type: "button", textContent: GESTURES[name] });
    button.onclick = () => act({ act: name });
    return button;
  }));
  $("who").textContent = person.name;
  $("where").textContent = `trên ${platform.title}`;
  shown = "";
  look();
}

function bubble(one) {
  const at = new Date(one.at).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
  if (one.note) return element("p", { className: "note", textContent: `${person.name} ${one.note} · ${at}` });
  const box = element("div", { className: one.mine ? "bubble mine" : "bubble" },
    element("p", { textContent: (one.image ? "🖼 " : "") + one.text }));
  let index = 0;
  for (const row of one.keys) {
    box.append(element("div", { className: "keys" }, ...row.map((key) => {
      const mine = index++;
      if (key.url) return element("a", { href: key.url, textContent: words(key.label), target: "_blank", rel: "noreferrer" });
      const button = element("button", { type: "button", textContent: words(key.label) });
      button.onclick = () => act({ act: "press", bubble: one.id, index: mine });
      return button;
    })));
  }
  box.append(element("time", { textContent: at, dateTime: one.at }));
  return box;
}

async function look() {
  const asked = `platform=${platform.name}&citizen=${person.id}`;
  try {
    const text = await (await fetch(`state?${asked}`)).text();
    if (text === shown || asked !== `platform=${platform.name}&citizen=${person.id}`) return;
    shown = text;
    const bubbles = JSON.parse(text).bubbles.map(bubble);
    const empty = element("p", { className: "empty", textContent: "Chưa có tin nào. Thử: “làm giấy khai sinh cần gì”." });
    $("chat").replaceChildren(...(bubbles.length ? bubbles : [empty]));
    $("chat").scrollTop = $("chat").scrollHeight;
    trouble("");
  } catch {
    trouble("Nền tảng thử đã dừng. Chạy lại motcua run --sandbox rồi tải lại trang.");
  }
}

async function act(body) {
  try {
    const answer = await fetch("act", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ platform: platform.name, citizen: person.id, ...body }),
    });
    if (!answer.ok) trouble("Nền tảng thử không nhận việc này.");
  } catch {
    trouble("Nền tảng thử đã dừng. Chạy lại motcua run --sandbox rồi tải lại trang.");
  }
  await look();
}

function trouble(text) {
  $("trouble").textContent = text;
  $("trouble").hidden = !text;
}

$("say").onsubmit = (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  $("text").value = "";
  if (text) act({ act: "say", text });
};
$("text").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("say").requestSubmit();
  }
};

fetch("platforms").then((answer) => answer.json()).then((found) => {
  platforms = found.platforms;
  platform = platforms[0];
  choose();
  setInterval(look, LOOK_EVERY);
});
