// The chat as one web component; it builds everything with DOM calls, never from HTML text.
const CSS = `
*{box-sizing:border-box}
.box{display:grid;grid-template-rows:minmax(0,1fr) auto;height:100%;color:#1b1b1b;background:#f4f6f8;
font:1.0625rem/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
.log{overflow-y:auto;padding:.75rem;display:flex;flex-direction:column;gap:.75rem;list-style:none;margin:0}
.log>li{scroll-margin-top:.5rem;max-width:44rem;width:fit-content;border-radius:.75rem;padding:.625rem .875rem;background:#fff;border:1px solid #d5dbe1}
.log>li.me{align-self:flex-end;background:#0b5394;border-color:#0b5394;color:#fff}
.log>li.wide{width:100%}
p{margin:0 0 .375rem;white-space:pre-line}p:last-child{margin:0}
h2{font-size:1.1875rem;line-height:1.3;margin:0 0 .5rem}
h3{font-size:1rem;margin:.75rem 0 .25rem}
article+article{border-top:1px solid #d5dbe1;margin-top:1rem;padding-top:.75rem}
ul,ol{margin:0;padding-left:1.5rem}li+li{margin-top:.25rem}
.log>li+li{margin-top:0}
ul.check{padding:0;list-style:none}
.check label{display:grid;grid-template-columns:1.5rem minmax(0,1fr);gap:.5rem;padding:.25rem 0;cursor:pointer}
.check input{width:1.375rem;height:1.375rem;margin:.0625rem 0 0;accent-color:#0b5394}
.note{border-left:.25rem solid #b45f06;background:#fff7ec;padding:.375rem .625rem;margin:.5rem 0}
.qr{max-width:16rem;width:100%;height:auto}
.src{color:#4a5560;font-size:.9375rem;margin-top:.625rem}
.row{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:.625rem}
.col{flex-direction:column;align-items:stretch}
button,a.go{font:inherit;min-height:2.75rem;padding:.5rem .875rem;border-radius:.5rem;border:1px solid #0b5394;
background:#fff;color:#0b5394;text-align:left;cursor:pointer;text-decoration:none}
button:hover{background:#e8f0f8}
a.go,.send{background:#0b5394;color:#fff;display:inline-block;margin-top:.625rem}
a.go:hover,.send:hover{background:#083d6d}
.send{margin:0;text-align:center}
form{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.5rem;padding:.625rem .75rem;background:#fff;border-top:1px solid #d5dbe1}
input[type=text]{font:inherit;min-width:0;min-height:2.75rem;padding:.375rem .75rem;border:1px solid #5b6670;border-radius:.5rem;color:inherit;background:#fff}
:focus-visible{outline:.1875rem solid #b45f06;outline-offset:.125rem}
.hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.bad{color:#a61b1b}
@media(forced-colors:active){.log>li,.note,button,a.go{border:1px solid}}
@media print{form,.row{display:none}.log{overflow:visible}.box{height:auto;display:block;background:none}}`;
const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);

const el = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children.filter((child) => child));
  return node;
};

const list = (section) => {
  if (section.kind === "checklist")
    return el("ul", { className: "check" }, ...section.items.map((item) =>
      el("li", {}, el("label", {}, el("input", { type: "checkbox" }), el("span", {}, item)))));
  return el(section.kind === "steps" ? "ol" : "ul", {}, ...section.items.map((item) => el("li", {}, item)));
};

const link = (button) =>
  el("a", { className: "go", href: button.url, target: "_blank", rel: "noopener noreferrer" }, button.label);

const card = (one) => el("article", {},
  el("h2", {}, one.title),
  ...one.lead.map((line) => el("p", {}, line)),
  ...one.sections.flatMap((section) => [el("h3", {}, section.title), list(section)]),
  ...one.notices.map((notice) => el("p", { className: "note" }, notice)),
  one.primary && one.primary.url && link(one.primary),
  one.source && el("p", { className: "src" }, one.source));

class MotCuaChat extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    this.replaceChildren(); // the plain form served browsers without scripts
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    const say = this.dataset;
    this.log = el("ul", { className: "log", tabIndex: 0 });
    this.log.setAttribute("aria-label", say.log);
    this.status = el("p", { className: "hide" });
    this.status.setAttribute("role", "status");
    this.input = el("input", { type: "text", id: "q", autocomplete: "off", maxLength: 4000, enterKeyHint: "send",
      placeholder: say.placeholder });
    const form = el("form", {}, el("label", { className: "hide", htmlFor: "q" }, say.label), this.input,
      el("button", { className: "send" }, say.send));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.ask(this.input.value.trim()); });
    root.append(el("div", { className: "box" }, this.log, el("div", {}, this.status, form)));
    this.add("", el("p", {}, say.hello), this.buttons(JSON.parse(say.examples), "row"));
    this.queue = Promise.resolve();
    const code = location.hash.match(/^#tiep=([\w-]+)$/);
    if (code) this.goOn(code[1]);
  }

  add(kind, ...parts) {
    const item = el("li", { className: kind }, ...parts);
    this.log.append(item);
    item.scrollIntoView({ block: kind === "me" ? "end" : "nearest" });
    return item;
  }

  buttons(items, kind) {
    return items.length && el("div", { className: kind }, ...items.map((one) =>
      one.url ? link(one) : el("button", { type: "button", onclick: () => this.ask(one.send, one.label) }, one.label)));
  }

  ask(text, label = text) {
    if (!text) return;
    this.input.value = "";
    this.add("me", el("p", {}, label));
    this.queue = this.queue.then(() => text === "/vitri" ? this.locate(label) : this.send(text, label));
  }

  async locate(label) {
    try {
      const { coords } = await new Promise((found, failed) =>
        navigator.geolocation.getCurrentPosition(found, failed, { timeout: 15000 }));
      await this.send("/vitri", label, { latitude: coords.latitude, longitude: coords.longitude });
    } catch {
      this.add("bad", el("p", {}, this.dataset.noLocation));
    }
  }

  async send(text, label, location) {
    const say = this.dataset;
    this.status.textContent = say.wait;
    try {
      const answer = await fetch(this.getAttribute("api") + "/messages", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ text, session: this.session, introduced: true, location }),
      });
      const body = await answer.json();
      if (!answer.ok) return this.fail(body.error.message, text, label);
      this.show(body.reply);
      if (!this.session) this.listen((this.session = body.session));
    } catch {
      this.fail(say.offline, text, label);
    } finally {
      this.status.textContent = "";
    }
  }

  show(reply) {
    const item = this.add(reply.cards.length ? "wide" : "",
      reply.text && el("p", {}, reply.text),
      ...reply.cards.map(card),
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
    return el("div", { className: "row" }, tool(this.dataset.print, () => print()),
      tool(this.dataset.handOver, () => this.handOver()));
  }

  async post(path, headers, body) {
    const answer = await fetch(this.getAttribute("api") + path, { method: "POST", headers, body });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error.message);
    return found;
  }

  async handOver() {
    try {
      const offer = await this.post("/hand-over", { "X-Motcua-Session": this.session });
      const code = new DOMParser().parseFromString(offer.svg, "image/svg+xml").documentElement;
      code.setAttribute("role", "img");
      this.add("", el("p", {}, offer.text), code);
    } catch (error) {
      this.add("bad", el("p", {}, error.message));
    }
  }

  async goOn(code) {
    history.replaceState(null, "", location.pathname); // the code is spent: forget it
    try {
      const found = await this.post("/hand-over/claim", { "Content-Type": "application/json" }, JSON.stringify({ code }));
      this.listen((this.session = found.session));
      this.show(found.reply);
    } catch (error) {
      this.add("bad", el("p", {}, error.message));
    }
  }

  fail(message, text, label) {
    this.add("bad", el("p", {}, message), this.buttons([{ label: this.dataset.again, send: text, shown: label }], "row"));
    if (!this.input.value) this.input.value = text === label ? text : "";
  }

  // Pushes come down a stream; the session stays in a header, out of addresses and logs.
  async listen(session, wait = 1000) {
    try {
      const stream = await fetch(this.getAttribute("api") + "/events", { headers: { "X-Motcua-Session": session } });
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
customElements.define("mot-cua-chat", MotCuaChat);
