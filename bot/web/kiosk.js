// The kiosk: the same chat, larger, with a keyboard of its own, that forgets everything by itself.
import { MotCuaChat, el, qr, sheet, styled } from "./chat.js";
import { compose, erase, intone } from "./keyboard.js";

const larger = styled(`
.box{font-size:1.75em;grid-template-rows:auto minmax(0,1fr) auto auto}
.net{grid-row:1}.log{grid-row:2}.log+div{grid-row:3}.keys{grid-row:4}
.log{padding:.5em}.log:empty{display:none}
.log>li{max-width:none;padding:.5em .75em}
h2{font-size:1.2em}.src{font-size:1em}
button,a.go,input[type=text]{min-height:4.5rem;min-height:max(72px,2.5em);min-width:72px}
.check label{grid-template-columns:64px minmax(0,1fr);min-height:64px;align-items:center}
.check input{width:40px;height:40px;justify-self:center}
.qr{max-width:9em;display:block}
.net{background:#fff3cd;border-bottom:2px solid #b45f06;margin:0;padding:.5em .75em}
.net:empty{display:none}
form{grid-template-columns:minmax(0,1fr) auto}
.tools{grid-column:1/-1;display:flex;gap:.25em;flex-wrap:wrap}
.keys{display:grid;gap:4px;padding:4px;background:#d5dbe1}
.keys[hidden]{display:none}
.keys div{display:flex;gap:4px;justify-content:center}
.keys button{flex:1 1 0;min-width:0;padding:0;text-align:center;color:#1b1b1b;border-color:#5b6670;min-height:64px}
.keys .wide{flex:3 1 0}
@media(prefers-reduced-motion:no-preference){.log{scroll-behavior:smooth}}
@media(prefers-contrast:more){.box,.log>li{background:#fff;color:#000;border-color:#000}}
@media(max-width:40rem){.box{font-size:1.5em}.keys,.keys div{gap:1px}}
@media(max-height:45rem){.keys button{min-height:44px}}
@media print{.keys,.net{display:none}.box{font-size:1em}
.log>li:not(:nth-last-child(1 of .wide)){display:none}}`);

// As the server's: nine to thirteen digits are somebody's number.
const NUMBER = /(?<!\d)\d(?:[ .\-]?\d){8,12}(?!\d)/;
const TONE_KEYS = "sfrxj";
const ROWS = ["1234567890", "ăâđêôơư", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
const RETRY = 5000;
const EVENTS = ["pointerdown", "keydown", "input", "wheel"];

class MotCuaKiosk extends MotCuaChat {
  get isGuest() { return false; }

  connectedCallback() {
    if (this.shadowRoot) return;
    this.tiles = document.querySelector("#tiles");
    this.idle = document.querySelector("#idle");
    super.connectedCallback();
    this.shadowRoot.adoptedStyleSheets = [sheet, larger];
    document.addEventListener("submit", (event) => {
      event.preventDefault();
      const pressed = event.submitter;
      if (pressed.value === "xong") this.wipe();
      else if (pressed.name === "home") this.home();
      else this.ask(pressed.value, pressed.textContent.trim());
    });
    for (const name of EVENTS) document.addEventListener(name, () => this.awake(), { capture: true, passive: true });
    this.idle.addEventListener("close", () => this.idle.returnValue === "xong" ? this.wipe() : this.awake());
    addEventListener("online", () => this.retry());
    addEventListener("pagehide", () => this.wipe());
    if ("speechSynthesis" in window) speechSynthesis.addEventListener("voiceschanged", () => this.findVoice());
    this.findVoice();
    setInterval(() => this.tick(), 1000);
    this.awake();
  }

  build() {
    super.build();
    const say = this.say;
    const box = this.shadowRoot.querySelector(".box");
    this.net = el("p", { className: "net" });
    this.net.setAttribute("role", "alert");
    this.input.maxLength = 300;
    this.input.inputMode = "none"; // the keyboard is ours
    this.keys = this.keyboard();
    const form = box.querySelector("form");
    const toggle = el("button", { type: "button", onclick: () => this.showKeys(this.keys.hidden) }, say.keys);
    this.toggle = toggle;
    form.append(el("div", { className: "tools" }, toggle));
    this.input.addEventListener("pointerdown", () => this.showKeys(true));
    this.hear(form.lastChild);
    box.prepend(this.net);
    box.append(this.keys);
    this.showKeys(false);
  }

  welcome() { /* the tiles are the welcome */ }

  begin(session) { this.session = session; }

  // --- Asking

  ask(text, label = text) {
    if (!text) return;
    this.tiles.hidden = true;
    this.showKeys(false);
    if (!NUMBER.test(text)) return super.ask(text, label);
    this.input.value = text.replaceAll(new RegExp(NUMBER, "g"), "").trim();
    this.add("bad", el("p", {}, this.say.noNumbers));
  }

  async send(text, label, location) {
    const { input } = this;
    try {
      const body = JSON.stringify({ commune: this.say.commune });
      const session = this.session || (await this.post("/kiosk/sessions", { "Content-Type": "application/json" }, body)).session;
      if (input !== this.input) return this.forget(session);
      this.session = session;
    } catch {
      return this.fail(this.say.offline, text, label, location);
    }
    await super.send(text, label, location);
  }

  fail(message, text, label, location) {
    if (message !== this.say.offline) return super.fail(message, text, label);
    this.net.textContent = label ? `${message} (“${label}”)` : message;
    this.owed = [text, label, location];
    setTimeout(() => this.retry(), RETRY);
  }

  retry() {
    for (const session of this.toForget.splice(0)) this.forget(session);
    const owed = this.owed;
    if (!owed) return;
    this.owed = null;
    this.queue = this.queue.then(() => this.send(...owed));
  }

  show(reply) {
    this.net.textContent = "";
    super.show(reply);
  }

  // Nobody leaves the page: an address is a code for the phone, and readable.
  link(button) {
    const code = (this.codes || {})[button.url];
    return el("div", {}, el("p", {}, code ? this.say.scan.replace("{label}", button.label) : button.label),
      code && qr(code, button.label), el("p", { className: "src" }, button.url.replace(/^https?:\/\//, "")));
  }

  tools() {
    const row = super.tools();
    if (!this.voice) return row;
    const button = el("button", { type: "button" }, this.say.read);
    button.onclick = () => {
      const reading = button.textContent === this.say.stop;
      speechSynthesis.cancel();
      if (!reading) this.read(row.parentNode, button);
    };
    row.append(button);
    return row;
  }

  // --- Voice: out where a Vietnamese one exists, in only where it never leaves the device

  findVoice() {
    const voices = "speechSynthesis" in window ? speechSynthesis.getVoices().filter((one) => /^vi\b/i.test(one.lang)) : [];
    this.voice = voices.find((one) => one.localService) || voices[0];
  }

  read(item, button) {
    const parts = [...item.querySelectorAll("article h2,article p,article h3,article li,:scope>p")].map((one) => one.textContent);
    button.textContent = this.say.stop;
    const ended = () => { button.textContent = this.say.read; };
    for (const [at, part] of parts.entries()) {
      const words = new SpeechSynthesisUtterance(part);
      Object.assign(words, { voice: this.voice, lang: this.voice.lang, rate: 0.9, onerror: ended });
      if (at === parts.length - 1) words.onend = ended;
      speechSynthesis.speak(words);
    }
  }

  async hear(row) {
    const Recognition = window.SpeechRecognition;
    const here = { langs: ["vi-VN"], processLocally: true };
    if (!Recognition?.available || (await Recognition.available(here).catch(() => "")) !== "available") return;
    const button = el("button", { type: "button" }, this.say.speak);
    button.onclick = () => {
      const ear = Object.assign(new Recognition(), { lang: "vi-VN", processLocally: true });
      ear.onresult = (event) => { this.input.value = event.results[0][0].transcript; };
      ear.onerror = () => { this.status.textContent = this.say.notHeard; };
      this.status.textContent = this.say.listening;
      ear.start();
    };
    row.append(button);
  }

  // --- Keyboard

  keyboard() {
    const say = this.say;
    const type = (change) => {
      const { input } = this;
      const at = input.selectionStart ?? input.value.length;
      const before = change(input.value.slice(0, at));
      input.value = before + input.value.slice(input.selectionEnd ?? at);
      input.setSelectionRange(before.length, before.length);
    };
    const key = (label, change, name, className = "") => {
      const button = el("button", { type: "button", tabIndex: -1, className, onclick: () => type(change) }, label);
      if (name) button.setAttribute("aria-label", name);
      return button;
    };
    const rows = ROWS.map((row) => el("div", {}, ...[...row].map((letter) => key(letter, (text) => compose(text, letter)))));
    rows[1].append(...say.tones.split(",").map((name, at) => {
      const mark = "áàảãạ".normalize("NFD")[2 * at + 1];
      return key("\u25cc" + mark, (text) => intone(text, TONE_KEYS[at]), say.tone.replace("{name}", name));
    }));
    rows[4].append(key("⌫", erase, say.erase, "wide"));
    rows.push(el("div", {}, key(say.space, (text) => text + " ", "", "wide"), key("?", (text) => text + "?"), key(",", (text) => text + ",")));
    const board = el("div", { className: "keys" }, ...rows);
    board.addEventListener("pointerdown", (event) => event.preventDefault()); // the caret stays
    return board;
  }

  showKeys(on) {
    this.keys.hidden = !on;
    this.tiles.classList.toggle("back", on); // a low screen has room for one of the two
    this.toggle.textContent = on ? this.say.hideKeys : this.say.keys;
    this.toggle.setAttribute("aria-expanded", on);
    if (on) this.input.focus();
  }

  // --- Leaving nothing behind

  home() {
    this.tiles.hidden = false;
    this.tiles.querySelector("button").focus();
  }

  get isUsed() { return !!(this.session || this.log.children.length || this.input.value || this.tiles.querySelector("details[open]")); }

  awake() {
    this.touched = Date.now();
    if (this.idle.open) this.idle.close("");
  }

  tick() {
    if ("speechSynthesis" in window && speechSynthesis.speaking) this.awake();
    const left = Math.ceil(this.say.idle * 1 + this.say.warning * 1 - (Date.now() - this.touched) / 1000);
    if (!this.isUsed || left > this.say.warning) return;
    if (left <= 0) return this.wipe();
    this.idle.querySelector("p").textContent = this.say.wiping.replace("{seconds}", left);
    if (!this.idle.open) { this.idle.returnValue = ""; this.idle.showModal(); }
  }

  toForget = [];

  async forget(session) {
    try {
      const headers = { "X-Motcua-Session": session };
      const done = await fetch(this.api + "/session", { method: "DELETE", headers, keepalive: true });
      if (!done.ok) throw new Error(done.status);
    } catch {
      this.toForget.push(session); // at the next connection; the server forgets it by itself soon
      setTimeout(() => this.retry(), RETRY);
    }
  }

  wipe() {
    if ("speechSynthesis" in window) speechSynthesis.cancel();
    if (this.session) this.forget(this.session);
    this.session = this.owed = this.codes = null;
    this.build(); // new fields: nothing to undo, to fill in or to go back to
    this.tiles.hidden = false;
    for (const open of this.tiles.querySelectorAll("details[open]")) open.open = false;
    if (this.idle.open) this.idle.close("");
    this.touched = Date.now();
    scrollTo(0, 0);
    this.tiles.scrollTop = 0;
  }
}
customElements.define("mot-cua-kiosk", MotCuaKiosk);
