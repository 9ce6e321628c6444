// One script tag puts the chat on any site: a round button and its panel, or the element by hand.
// It needs script-src and connect-src of our origin and nothing else; styles are set by the CSSOM.
(async (words, tag) => {
  const base = new URL(tag.src).origin;
  words = { ...words, greeting: tag.dataset.greeting, accent: tag.dataset.accent };
  const { accent, define, el, styled, svg } = await import(base + "/static/chat.js");
  if (document.readyState === "loading") await new Promise((ready) => addEventListener("DOMContentLoaded", ready));
  define(words, base + "/api/v1");

  const sheet = styled(`
*{box-sizing:border-box}
.w{all:initial;direction:ltr;font:medium/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;--a:#0b5394}
.launch{all:unset;position:fixed;right:1em;bottom:1em;z-index:2147483646;display:flex;gap:.5em;align-items:center;
box-sizing:border-box;min-height:3.5em;padding:.5em 1.25em;border-radius:1.75em;background:var(--a);color:#fff;font-weight:bold;
cursor:pointer;border:.125em solid #fff;box-shadow:0 .125em .5em #0006}
.launch svg{width:1.5em;height:1.5em}
dialog{position:fixed;inset:auto 1em 5.25em auto;z-index:2147483647;width:24em;max-width:calc(100vw - 2em);height:36em;
max-height:calc(100vh - 6.5em);margin:0;padding:0;border:1px solid #5b6670;border-radius:.75em;overflow:hidden;background:#f4f6f8;
color:#1b1b1b;box-shadow:0 .25em 1.5em #0006}
dialog[open]{display:grid;grid-template:auto minmax(0,1fr)/minmax(0,1fr)}
dialog:modal{inset:0;width:auto;max-width:none;height:auto;max-height:none;border:0;border-radius:0}
header{display:flex;justify-content:space-between;align-items:center;gap:.5em;background:var(--a);color:#fff;padding:.25em .25em .25em .75em}
h2{font:inherit;font-weight:bold;margin:0}
header button{all:unset;box-sizing:border-box;min-height:2.75em;padding:.5em .75em;border-radius:.5em;cursor:pointer;text-decoration:underline}
mot-cua-chat{display:block;min-height:0;height:100%}
button:focus-visible{outline:.1875em solid #b45f06;outline-offset:.125em;box-shadow:0 0 0 .3125em #fff}
@media(forced-colors:active){.launch,dialog{border:.125em solid}}
@media print{.w{display:none}}`);

  class MotCuaWidget extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      const chat = el("mot-cua-chat", { className: "fill" });
      const icon = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" },
        svg("path", { fill: "currentColor", d: "M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-8l-6 5v-5H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z" }));
      this.button = el("button", { type: "button", className: "launch" }, icon, words.launch);
      this.button.setAttribute("aria-expanded", "false");
      const title = el("h2", { id: "t" }, words.title);
      const close = el("button", { type: "button", onclick: () => this.dialog.close() }, words.close);
      this.dialog = el("dialog", {}, el("header", {}, title, close), chat);
      this.dialog.setAttribute("aria-labelledby", "t");
      this.button.onclick = () => this.dialog.open ? this.dialog.close() : this.open(chat);
      // A modal panel closes on Esc by itself; beside the page it must be told to.
      this.dialog.addEventListener("keydown", (event) => { if (event.key === "Escape") this.dialog.close(); });
      this.dialog.addEventListener("close", () => {
        this.button.setAttribute("aria-expanded", "false");
        this.button.focus();
      });
      const box = el("div", { className: "w" }, this.button, this.dialog);
      const colour = accent(words.accent);
      if (colour) box.style.setProperty("--a", colour);
      root.append(box);
    }

    // On a small screen the panel covers the page, so focus stays inside; beside it focus goes freely.
    open(chat) {
      this.dialog[matchMedia("(max-width:40rem),(max-height:30rem)").matches ? "showModal" : "show"]();
      this.button.setAttribute("aria-expanded", "true");
      chat.input.focus();
    }
  }
  customElements.define("mot-cua-widget", MotCuaWidget);
  if (!document.querySelector("mot-cua-chat")) document.body.append(el("mot-cua-widget"));
})(__WORDS__, document.currentScript);
