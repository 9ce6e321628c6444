// The chat as one web component; it builds everything with DOM calls, never from HTML text.
// Sizes are in em of the reader's own size: rem would be the host page's, whatever that is.
const CSS = `
*{box-sizing:border-box}
.own{all:initial;direction:ltr;display:block;height:100%;font-size:medium}
.box{display:grid;grid-template-rows:minmax(0,1fr) auto;height:100%;color:#1b1b1b;background:#f4f6f8;
font:1.0625em/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere;--a:#0b5394}
.free{height:32em;border:1px solid #d5dbe1}
.log{overflow-y:auto;padding:.75em;display:flex;flex-direction:column;gap:.75em;list-style:none;margin:0}
.log>li{scroll-margin-top:.5em;max-width:44em;width:fit-content;border-radius:.75em;padding:.625em .875em;background:#fff;border:1px solid #d5dbe1}
.log>li.me{align-self:flex-end;background:var(--a);border-color:var(--a);color:#fff}
.log>li.wide{width:100%}
p{margin:0 0 .375em;white-space:pre-line}p:last-child{margin:0}
h2{font-size:1.1875em;line-height:1.3;margin:0 0 .5em}
h3{font-size:1em;margin:.75em 0 .25em}
article+article{border-top:1px solid #d5dbe1;margin-top:1em;padding-top:.75em}
ul,ol{margin:0;padding-left:1.5em}li+li{margin-top:.25em}
.log>li+li{margin-top:0}
ul.check{padding:0;list-style:none}
.check label{display:grid;grid-template-columns:1.5em minmax(0,1fr);gap:.5em;padding:.25em 0;cursor:pointer}
.check input{width:1.375em;height:1.375em;margin:.0625em 0 0;accent-color:var(--a)}
.note{border-left:.25em solid #b45f06;background:#fff7ec;padding:.375em .625em;margin:.5em 0}
.qr{max-width:16em;width:100%;height:auto}
.src{color:#4a5560;font-size:.9375em;margin-top:.625em}
.row{display:flex;flex-wrap:wrap;gap:.5em;margin-top:.625em}
.col{flex-direction:column;align-items:stretch}
button,a.go{font:inherit;min-height:2.75em;padding:.5em .875em;border-radius:.5em;border:1px solid var(--a);
background:#fff;color:var(--a);text-align:left;cursor:pointer;text-decoration:none}
button:hover{background:#eef1f4}
button[aria-pressed=true]{background:var(--a);color:#fff}
a.go,.send{background:var(--a);color:#fff;display:inline-block;margin-top:.625em}
a.go:hover,.send:hover{background:var(--a);filter:brightness(.8)}
.send{margin:0;text-align:center}
form{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.5em;padding:.625em .75em;background:#fff;border-top:1px solid #d5dbe1}
input[type=text]{font:inherit;min-width:0;min-height:2.75em;padding:.375em .75em;border:1px solid #5b6670;border-radius:.5em;color:inherit;background:#fff}
:focus-visible{outline:.1875em solid #b45f06;outline-offset:.125em}
.hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
form+.foot{margin:0;padding:0 .75em .5em;background:#fff}
.bad{color:#a61b1b}
@media(forced-colors:active){.log>li,.note,button,a.go{border:1px solid}}
@media print{form,.row{display:none}.log{overflow:visible}.own,.box{height:auto;display:block;background:none}}`;
export const styled = (css) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
};
export const sheet = styled(CSS);

export const el = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children.filter((child) => child));
  return node;
};

export const svg = (tag, props, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name in props) node.setAttribute(name, props[name]);
  node.append(...children);
  return node;
};

// 👍 and the like: not every kiosk has a font for them, and the words beside them say it.
const words = (label) => label.replace(/^\p{Extended_Pictographic}\uFE0F?\s+/u, "");

// A QR code drawn node by node: no HTML text, so that the strictest page lets it be.
export const qr = (code, label) =>
  svg("svg", { class: "qr", role: "img", "aria-label": label, viewBox: `0 0 ${code.size} ${code.size}` },
    svg("path", { fill: "#fff", d: `M0 0h${code.size}v${code.size}H0z` }), svg("path", { fill: "#000", d: code.path }));

// #rgb or #rrggbb that white text is readable on (4.5 to 1); anything else is the usual blue.
export const accent = (given) => {
  const hex = (given || "").trim().replace(/^#(\w)(\w)(\w)$/, "#$1$1$2$2$3$3");
  if (!/^#[\da-f]{6}$/i.test(hex)) return "";
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05) >= 4.5 ? hex : "";
};

const list = (section) => {
  if (section.kind === "checklist")
    return el("ul", { className: "check" }, ...section.items.map((item) =>
      el("li", {}, el("label", {}, el("input", { type: "checkbox" }), el("span", {}, item)))));
  return el(section.kind === "steps" ? "ol" : "ul", {}, ...section.items.map((item) => el("li", {}, item)));
};

const card = (one, toLink) => el("article", {},
  el("h2", {}, one.title),
  ...one.lead.map((line) => el("p", {}, line)),
  ...one.sections.flatMap((section) => [el("h3", {}, section.title), list(section)]),
  ...one.notices.map((notice) => el("p", { className: "note" }, notice)),
  one.primary && one.primary.url && toLink(one.primary),
  one.source && el("p", { className: "src" }, one.source));

export class MotCuaChat extends HTMLElement {
  // What a page of ours says in its own attributes, a widget brings along.
  static words = {};
  static api = "";

  get say() { return { ...this.constructor.words, ...this.dataset }; }

  get api() { return this.getAttribute("api") || this.constructor.api; }

  get isGuest() { return !this.hasAttribute("api"); }

  connectedCallback() {
    if (this.shadowRoot) return;
    this.replaceChildren(); // the plain form served browsers without scripts
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
    this.build();
  }

  build() {
    const say = this.say;
    this.log = el("ul", { className: "log", tabIndex: 0 });
    this.log.setAttribute("aria-label", say.log);
    this.status = el("p", { className: "hide" });
    this.status.setAttribute("role", "status");
    this.input = el("input", { type: "text", id: "q", autocomplete: "off", maxLength: 4000, enterKeyHint: "send",
      placeholder: say.placeholder });
    const form = el("form", {}, el("label", { className: "hide", htmlFor: "q" }, say.label), this.input,
      el("button", { className: "send" }, say.send));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.ask(this.input.value.trim()); });
    const box = el("div", { className: this.isGuest && !this.classList.contains("fill") ? "box free" : "box" },
      this.log, el("div", {}, this.status, form, this.isGuest && this.remembering()));
    const colour = accent(say.accent);
    if (colour) box.style.setProperty("--a", colour);
    this.shadowRoot.replaceChildren(el("div", { className: "own" }, box));
    this.welcome(say);
    this.queue = Promise.resolve();
    const code = !this.isGuest && location.hash.match(/^#tiep=([\w-]+)$/);
    const link = !this.isGuest && location.hash.match(/^#(khao-sat=[a-z0-9-]{2,60}|hoi-thi=\d{1,9})$/);
    if (link) {
      const [what, which] = link[1].split("=");
      history.replaceState(null, "", location.pathname);
      this.ask(`/${what.replace("-", "")} ${which}`, what === "hoi-thi" ? say.contest : say.survey);
    }
    if (code) this.goOn(code[1]);
    else if (this.session) this.listen(this.session);
  }

  welcome(say) {
    this.add("", say.introduction && el("p", {}, say.introduction), el("p", {}, say.greeting || say.hello),
      this.buttons(JSON.parse(say.examples), "row"));
  }

  // On a page of others nothing is kept unless the citizen says so; then only the session's name.
  remembering() {
    const key = "motcua.session";
    const keep = (...pair) => { try { localStorage[pair.length > 1 ? "setItem" : "removeItem"](...pair); } catch { /* refused */ } };
    try { this.session = localStorage.getItem(key) || undefined; } catch { /* refused */ }
    const button = el("button", { type: "button" }, this.say.remember);
    const press = (on) => { button.setAttribute("aria-pressed", on); this.keep = on && ((session) => keep(key, session)); };
    press(!!this.session);
    button.onclick = () => {
      press(!this.keep);
      if (!this.keep) keep(key);
      else if (this.session) this.keep(this.session);
      this.status.textContent = this.keep ? this.say.remembered : this.say.forgotten;
    };
    return el("div", { className: "row foot" }, button);
  }

  begin(session) {
    if (this.session === session) return;
    this.session = session;
    if (this.keep) this.keep(session);
    this.listen(session);
  }

  add(kind, ...parts) {
    const item = el("li", { className: kind }, ...parts);
    this.log.append(item);
    item.scrollIntoView({ block: kind === "me" ? "end" : "nearest" });
    return item;
  }

  buttons(items, kind) {
    return items.length && el("div", { className: kind }, ...items.map((one) =>
      one.url ? this.link(one) : el("button", { type: "button", onclick: () => this.ask(one.send, words(one.label)) }, words(one.label))));
  }

  link(button) {
    return el("a", { className: "go", href: button.url, target: "_blank", rel: "noopener noreferrer" }, button.label);
  }

  ask(text, label = text) {
    if (!text) return;
    if (text === "/anh" && !this.isGuest) return this.pick();
    this.input.value = "";
    this.add("me", el("p", {}, label));
    this.queue = this.queue.then(() => text === "/vitri" ? this.locate(label) : this.send(text, label));
  }

  // The button of a form that takes photos opens the camera or the folder.
  pick() {
    const files = el("input", { type: "file", accept: "image/*", multiple: true });
    files.onchange = () => [...files.files].forEach((file) => {
      this.add("me", el("p", {}, file.name));
      this.queue = this.queue.then(() => this.upload(file));
    });
    files.click();
  }

  async upload(file) {
    this.status.textContent = this.say.wait;
    try {
      this.show((await this.post("/photos", { "X-Motcua-Session": this.session }, file)).reply);
    } catch (error) {
      this.add("bad", el("p", {}, error instanceof TypeError ? this.say.offline : error.message));
    }
    this.status.textContent = "";
  }

  async locate(label) {
    try {
      const { coords } = await new Promise((found, failed) =>
        navigator.geolocation.getCurrentPosition(found, failed, { timeout: 15000 }));
      await this.send("/vitri", label, { latitude: coords.latitude, longitude: coords.longitude });
    } catch {
      this.add("bad", el("p", {}, this.say.noLocation));
    }
  }

  async send(text, label, location) {
    const say = this.say;
    const { input } = this; // another one: everything was wiped meanwhile
    this.status.textContent = say.wait;
    try {
      const answer = await fetch(this.api + "/messages", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ text, session: this.session, introduced: true, location }),
      });
      const body = await answer.json();
      if (input !== this.input) return;
      if (!answer.ok) return this.fail(body.error.message, text, label);
      this.codes = body.codes;
      this.show(body.reply);
      this.begin(body.session);
    } catch {
      if (input === this.input) this.fail(say.offline, text, label, location);
    } finally {
      this.status.textContent = "";
    }
  }

  show(reply) {
    const item = this.add(reply.cards.length ? "wide" : "",
      reply.text && el("p", {}, reply.text),
      ...reply.cards.map((one) => card(one, (button) => this.link(button))),
      this.buttons(reply.choices, "row col"),
      this.buttons(reply.follow_ups, "row"),
      reply.cards.length && this.tools());
    item.scrollIntoView({ block: "start" });
    // Read the first words aloud; the whole card would be too long.
    const first = reply.cards[0];
    setTimeout(() => { this.status.textContent = reply.text || [first.title, ...first.lead].join(". "); });
  }

  tools() {
    const tool = (label, onclick) => el("button", { type: "button", onclick }, label);
    return el("div", { className: "row" }, !this.isGuest && tool(this.say.print, () => print()),
      tool(this.say.handOver, () => this.handOver()));
  }

  async post(path, headers, body) {
    const answer = await fetch(this.api + path, { method: "POST", headers, body });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error.message);
    return found;
  }

  async handOver() {
    try {
      const offer = await this.post("/hand-over", { "X-Motcua-Session": this.session });
      this.add("", el("p", {}, offer.text), qr(offer.code, this.say.handOver));
    } catch (error) {
      this.add("bad", el("p", {}, error.message));
    }
  }

  async goOn(code) {
    history.replaceState(null, "", location.pathname); // the code is spent: forget it
    try {
      const found = await this.post("/hand-over/claim", { "Content-Type": "application/json" }, JSON.stringify({ code }));
      this.begin(found.session);
      this.show(found.reply);
    } catch (error) {
      this.add("bad", el("p", {}, error.message));
    }
  }

  fail(message, text, label) {
    this.add("bad", el("p", {}, message), this.buttons([{ label: this.say.again, send: text, shown: label }], "row"));
    if (!this.input.value) this.input.value = text === label ? text : "";
  }

  // Pushes come down a stream; the session stays in a header, out of addresses and logs.
  async listen(session, wait = 1000) {
    try {
      const stream = await fetch(this.api + "/events", { headers: { "X-Motcua-Session": session } });
      if (!stream.ok) return;
      const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ""; ;) {
        const { value, done } = await reader.read();
        if (done) break;
        const events = (rest + value).split(/\r?\n\r?\n/);
        rest = events.pop();
        for (const event of events) {
          const data = event.match(/^data: ?(.*)$/m);
          if (data && /^event: ?reply$/m.test(event)) this.show(JSON.parse(data[1]));
        }
        wait = 1000;
      }
    } catch { /* the connection broke: try again below */ }
    setTimeout(() => this.listen(session, Math.min(wait * 2, 60000)), wait);
  }
}

export const define = (words, api) => {
  MotCuaChat.words = words;
  MotCuaChat.api = api;
  customElements.define("mot-cua-chat", MotCuaChat);
};
// A page of ours says everything in the element; a widget calls define with what it brings.
if (document.querySelector("mot-cua-chat[api]")) define({}, "");
