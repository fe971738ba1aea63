/* Khung trò chuyện của Tổng đài 1022. One script tag on any page:
     <script src="https://<hotline>/widget.js" defer></script>
   It adds a launcher; a page may place <hotline-chat inline></hotline-chat> itself instead. */
(() => {
  "use strict";
  const script = document.currentScript;
  const BASE = new URL(script ? script.src : location.href).origin;
  const STORE = "hotline-1022";
  const T = {
    title: "Tổng đài 1022", open: "Mở khung trò chuyện với Tổng đài 1022", close: "Đóng khung trò chuyện",
    log: "Nội dung trò chuyện", input: "Nội dung tin nhắn", hint: "Nhập nội dung…", send: "Gửi",
    photo: "Gửi ảnh", place: "Gửi vị trí hiện tại", bigger: "Chữ to hơn", smaller: "Chữ nhỏ hơn",
    forget: "Xóa hội thoại", forgetAsk: "Xóa hội thoại trên máy này? Anh/chị nên ghi lại mã phản ánh trước khi xóa.",
    yes: "Xóa", no: "Giữ lại", privacy: "Quyền riêng tư", online: "Đã kết nối", connecting: "Đang kết nối…",
    offline: "Mất kết nối. Tin chưa gửi được giữ lại và sẽ tự gửi khi có mạng.", typing: "Tổng đài đang trả lời…",
    failed: "Chưa gửi được", again: "Gửi lại", sending: "Đang gửi…", sent: "Đã gửi", you: "Anh/chị",
    bot: "Tổng đài", noGeo: "Máy không cho biết vị trí. Anh/chị vui lòng nhập địa chỉ bằng chữ.",
    orType: "hoặc nhập địa chỉ bằng chữ vào ô bên dưới", placeSent: "Vị trí trên bản đồ", photos: "ảnh",
    empty: "Anh/chị có thể gửi phản ánh, hỏi thủ tục hành chính, tra cứu mã phản ánh. Cần gặp người, anh/chị nhập “gặp tổng đài viên”.",
    stars: ["rất không hài lòng", "không hài lòng", "bình thường", "hài lòng", "rất hài lòng"],
    rate: "Chấm điểm kết quả", emergency: "Khẩn cấp: 112 · 113 · 114 · 115",
  };
  const CSS = `
  :host{--b:#0b4f8a;--bd:#083b68;--bg:#f4f7fb;--line:#c9d5e3;--ink:#14202c;--soft:#52606d;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;color:var(--ink)}
  *{box-sizing:border-box}button,textarea{font:inherit;color:inherit}
  :focus-visible{outline:3px solid #f2a900;outline-offset:2px}
  .launch{position:fixed;right:16px;bottom:16px;z-index:2147483000;min-height:56px;padding:0 22px;border:0;border-radius:28px;background:var(--b);color:#fff;font-weight:600;box-shadow:0 6px 20px #0b2b4a55;cursor:pointer}
  .launch:hover{background:var(--bd)}
  .panel{position:fixed;right:16px;bottom:16px;z-index:2147483000;width:min(400px,calc(100vw - 32px));height:min(640px,calc(100dvh - 32px));display:flex;flex-direction:column;background:#fff;border:1px solid var(--line);border-radius:14px;overflow:hidden;box-shadow:0 12px 40px #0b2b4a40;font-size:var(--size,16px)}
  :host([inline]) .panel{position:static;width:100%;height:100%;min-height:460px;box-shadow:none}
  [hidden]{display:none!important}
  header{display:flex;align-items:center;gap:4px;padding:8px 8px 8px 14px;background:var(--b);color:#fff}
  header strong{flex:1;line-height:1.25;font-size:1.02em}header small{display:block;font-weight:400;font-size:.8em}
  header button{min-width:36px;min-height:36px;border:1px solid #ffffff66;border-radius:8px;background:transparent;color:#fff;cursor:pointer;padding:0 6px}
  header button:hover{background:#ffffff22}
  .log{flex:1;overflow:auto;padding:14px;background:var(--bg);display:flex;flex-direction:column;gap:8px;overscroll-behavior:contain}
  .m{max-width:86%;padding:9px 13px;border-radius:14px;white-space:pre-wrap;overflow-wrap:anywhere;background:#fff;border:1px solid var(--line);align-self:flex-start;border-bottom-left-radius:4px}
  .m.me{align-self:flex-end;background:var(--b);color:#fff;border-color:var(--b);border-radius:14px 14px 4px 14px}
  .m.urgent{border:2px solid #b3261e;background:#fff5f4}
  .m.intro{align-self:center;background:transparent;border:0;color:var(--soft);text-align:center;font-size:.92em}
  .m a{color:var(--b)}.m img{max-width:100%;border-radius:8px;display:block;margin-top:6px}
  .st{align-self:flex-end;font-size:.78em;color:var(--soft);margin-top:-4px}.st.bad{color:#9b1c14;font-weight:600}
  .st button{border:0;background:none;text-decoration:underline;color:#0b4f8a;min-height:24px;cursor:pointer}
  .bs{display:flex;flex-wrap:wrap;gap:8px;max-width:94%}
  .bs button,.ask button{min-height:40px;padding:6px 14px;border:1.5px solid var(--b);border-radius:20px;background:#fff;color:var(--b);font-weight:600;cursor:pointer}
  .bs button:hover:not(:disabled),.ask button:hover{background:#e7f0f9}.bs button:disabled{border-color:var(--line);color:var(--soft);background:#eef2f6;cursor:default}
  .bs button.on{background:var(--b);color:#fff;border-color:var(--b);opacity:1}
  .stars{gap:2px}.stars button{border:0;background:none;font-size:1.8em;line-height:1;min-width:44px;min-height:44px;padding:0;color:#7a5200}.stars button.on{background:none;color:#7a5200}
  .ask{font-size:.88em;color:var(--soft)}
  .status{padding:2px 14px;font-size:.82em;color:var(--soft);min-height:1.7em;background:var(--bg)}
  .alert{margin:0;padding:8px 14px;background:#fff5f4;color:#8c1d18;border-top:1px solid #e6b8b4;font-size:.9em}
  .alert:empty{display:none}
  .sure{padding:10px 14px;border-top:1px solid var(--line);background:#fffbe9}.sure button{min-height:36px;margin:6px 8px 0 0;padding:0 14px;border-radius:8px;border:1px solid var(--b);background:#fff;cursor:pointer}
  form{display:flex;align-items:flex-end;gap:6px;padding:10px;border-top:1px solid var(--line);background:#fff}
  textarea{flex:1;min-width:0;min-height:44px;max-height:120px;resize:none;padding:9px 12px;border:1px solid #7b8a99;border-radius:10px;background:#fff}
  form button{min-width:44px;min-height:44px;border:1px solid var(--line);border-radius:10px;background:#fff;cursor:pointer;padding:0 10px}
  form button[type=submit]{background:var(--b);color:#fff;border-color:var(--b);font-weight:600}form button[type=submit]:hover{background:var(--bd)}
  footer{padding:0 12px 8px;font-size:.8em;color:var(--soft);display:flex;flex-wrap:wrap;gap:4px 12px;justify-content:space-between}
  footer a{color:var(--b);min-height:24px;display:inline-flex;align-items:center}
  svg{width:22px;height:22px;vertical-align:middle;fill:none;stroke:currentColor;stroke-width:1.8}
  @media(max-width:480px){:host(:not([inline])) .panel{inset:0;width:100vw;height:100dvh;border:0;border-radius:0}}
  @media(prefers-reduced-motion:no-preference){.log{scroll-behavior:smooth}}`;
  const CAMERA = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 8h3l2-3h6l2 3h3v11H4z"/><circle cx="12" cy="13" r="3.5"/></svg>';
  const PIN = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11z"/><circle cx="12" cy="10" r="2.3"/></svg>';

  const uuid = () => crypto.randomUUID ? crypto.randomUUID() :
    "10000000-1000-4000-8000-100000000000".replace(/[018]/g, c => (+c ^ crypto.getRandomValues(new Uint8Array(1))[0] & 15 >> +c / 4).toString(16));
  const pause = ms => new Promise(done => setTimeout(done, ms));
  const el = (tag, props = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), props);
    node.append(...children);
    return node;
  };
  const keep = {
    read() { try { return JSON.parse(localStorage.getItem(STORE) || "{}"); } catch { return {}; } },
    write(value) { try { localStorage.setItem(STORE, JSON.stringify(value)); } catch { /* private window: the chat lives as long as the page */ } },
    drop() { try { localStorage.removeItem(STORE); } catch { /* nothing was kept */ } },
  };

  class HotlineChat extends HTMLElement {
    constructor() {
      super();
      this.state = keep.read();
      this.last = 0; this.seen = new Set(); this.mine = new Set(); this.queue = this.state.queue || [];
      this.live = false; this.opened = false;
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      root.adoptedStyleSheets = [sheet];
      this.build(root);
    }

    build(root) {
      this.launch = el("button", { className: "launch", type: "button", textContent: T.title, onclick: () => this.show(true) });
      this.launch.setAttribute("aria-label", T.open);
      this.launch.setAttribute("aria-expanded", "false");
      const tool = (label, text, act) => { const b = el("button", { type: "button", textContent: text, title: label, onclick: act }); b.setAttribute("aria-label", label); return b; };
      this.where = el("small", { textContent: T.connecting });
      this.closer = tool(T.close, "✕", () => this.show(false));
      const header = el("header", {}, el("strong", {}, T.title, this.where),
        tool(T.smaller, "A−", () => this.resize(-2)), tool(T.bigger, "A+", () => this.resize(2)), this.closer);
      this.log = el("div", { className: "log", tabIndex: 0 });
      this.log.setAttribute("role", "log");
      this.log.setAttribute("aria-label", T.log);
      this.log.setAttribute("aria-live", "off"); // switched on once the history stands
      this.status = el("div", { className: "status" }); this.status.setAttribute("role", "status");
      this.alert = el("p", { className: "alert" }); this.alert.setAttribute("role", "alert");
      this.sure = el("div", { className: "sure", hidden: true }, T.forgetAsk, el("br"),
        el("button", { type: "button", textContent: T.yes, onclick: () => this.forget() }),
        el("button", { type: "button", textContent: T.no, onclick: () => { this.sure.hidden = true; this.text.focus(); } }));
      this.file = el("input", { type: "file", accept: "image/jpeg,image/png,image/webp,image/heic,image/heif", multiple: true, hidden: true, onchange: () => this.sendPhotos() });
      const icon = (label, svg, act) => { const b = tool(label, "", act); b.innerHTML = svg; return b; };
      this.text = el("textarea", { rows: 1, placeholder: T.hint, onkeydown: e => { if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); this.submit(); } } });
      this.text.setAttribute("aria-label", T.input);
      this.text.value = this.state.draft || "";
      this.text.oninput = () => this.save();
      const form = el("form", { onsubmit: e => { e.preventDefault(); this.submit(); } },
        icon(T.photo, CAMERA, () => this.file.click()), icon(T.place, PIN, () => this.locate()),
        this.text, el("button", { type: "submit", textContent: T.send }), this.file);
      const privacy = el("a", { href: BASE + "/quyen-rieng-tu", target: "_blank", rel: "noopener", textContent: T.privacy });
      const forget = el("a", { href: "#", textContent: T.forget, onclick: e => { e.preventDefault(); this.sure.hidden = false; this.sure.querySelector("button").focus(); } });
      forget.setAttribute("role", "button");
      this.panel = el("section", { className: "panel", hidden: true, lang: "vi" }, header, this.log, this.status, this.alert, this.sure, form, el("footer", {}, el("span", { textContent: T.emergency }), privacy, forget));
      this.panel.setAttribute("role", "region");
      this.panel.setAttribute("aria-label", T.title);
      root.append(this.launch, this.panel);
      root.addEventListener("keydown", e => { if (e.key === "Escape" && !this.hasAttribute("inline")) this.show(false); });
      this.resize(0);
    }

    connectedCallback() {
      this.lang = "vi";
      if (this.hasAttribute("inline")) { this.launch.hidden = true; this.closer.hidden = true; this.panel.hidden = false; this.begin(); }
      addEventListener("online", () => this.flush());
      addEventListener("offline", () => this.connection(false));
      document.addEventListener("visibilitychange", () => this.acknowledge());
      if (this.state.token && this.state.open) this.show(true, false);
    }

    show(on, focus = true) {
      if (this.hasAttribute("inline")) return;
      this.panel.hidden = !on; this.launch.hidden = on;
      this.launch.setAttribute("aria-expanded", String(on));
      this.state.open = on; this.save();
      if (on) { this.begin(); if (focus) this.text.focus(); this.acknowledge(); } else if (focus) this.launch.focus();
    }

    resize(by) {
      this.state.size = Math.min(24, Math.max(14, (this.state.size || 16) + by));
      this.panel.style.setProperty("--size", this.state.size + "px");
      this.save();
    }

    save() {
      this.state.draft = this.text ? this.text.value : "";
      this.state.queue = this.queue.filter(one => !one.photos).map(({ id, body, label }) => ({ id, body, label }));
      keep.write(this.state);
    }

    async begin() {
      if (this.opened) return;
      this.opened = true;
      for (const one of this.queue) this.own(one);
      if (!this.log.children.length) this.intro();
      for (let wait = 1000; ; wait = Math.min(wait * 2, 15000)) {
        if (!this.opened) return;
        try {
          if (!(Date.now() - this.state.at < 864e5)) await this.session();
          this.flush();
          await (this.failedStreams > 2 || !window.ReadableStream ? this.poll() : this.stream());
          wait = 500;
        } catch (error) {
          this.failedStreams = (this.failedStreams || 0) + 1;
          if (error.status === 401 || error.status === 410) { this.reset(); wait = 200; }
        }
        this.connection(false);
        await pause(wait);
      }
    }

    async session() {
      const answer = await this.call("/web/session", { method: "POST" });
      if (!answer.ok) throw Error("session");
      this.state.token = (await answer.json()).token; this.state.at = Date.now();
      this.save();
    }

    async call(path, options = {}) {
      const answer = await fetch(BASE + path, { ...options, headers: { ...options.headers, Authorization: "Bearer " + this.state.token } });
      if (answer.status === 401 || answer.status === 410) throw Object.assign(Error("session"), { status: answer.status });
      return answer;
    }

    async stream() {
      const headers = this.live ? { "Last-Event-ID": String(this.last) } : {};
      const stop = this.stop = new AbortController();
      let timer;
      const alive = () => { clearTimeout(timer); timer = setTimeout(() => stop.abort(), 40000); };
      alive();
      const answer = await this.call("/web/stream", { headers, signal: stop.signal });
      if (!answer.ok) throw Error("stream");
      this.connection(true); this.failedStreams = 0;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let buffer = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        alive();
        buffer += value;
        let at;
        while ((at = buffer.indexOf("\n\n")) >= 0) { this.event(buffer.slice(0, at)); buffer = buffer.slice(at + 2); }
      }
    }

    event(block) {
      let name = "message", data = "";
      for (const line of block.split("\n")) {
        if (line.startsWith("event: ")) name = line.slice(7);
        else if (line.startsWith("data: ")) data += line.slice(6);
      }
      if (!data) return;
      const value = JSON.parse(data);
      if (name === "history") this.history(value.messages); else this.message(value);
    }

    async poll() {
      const query = this.live ? "?after=" + this.last : "";
      const answer = await this.call("/web/poll" + query);
      if (!answer.ok) throw Error("poll");
      const data = await answer.json();
      this.connection(true);
      if (data.history) this.history(data.history); else data.messages.forEach(one => this.message(one));
      if (data.last) this.last = Math.max(this.last, data.last);
    }

    history(messages) {
      const waiting = new Set(this.queue.map(one => one.id));
      this.pressed = new Set(messages.map(one => one.button));
      if (messages.length) this.log.replaceChildren();
      for (const one of messages) {
        if (!one.mine) this.message(one);
        else if (!waiting.has(one.key)) this.bubble(one.text || (one.location ? T.placeSent : one.photos ? `${one.photos} ${T.photos}` : ""), "me");
      }
      if (messages.length) for (const one of this.queue) this.own(one);
      this.live = true;
      requestAnimationFrame(() => this.log.setAttribute("aria-live", "polite"));
    }

    intro() { this.bubble(T.empty, "intro"); }

    bubble(text, kind = "") {
      const node = el("div", { className: "m " + kind });
      node.setAttribute("aria-label", (kind.includes("me") ? T.you : T.bot) + ": " + text);
      text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;)])/).forEach((part, i) => node.append(i % 2 ? el("a", { href: part, textContent: part, target: "_blank", rel: "noopener" }) : part));
      this.log.append(node);
      this.bottom();
      return node;
    }

    message(one) {
      if (this.seen.has(one.seq)) return;
      this.seen.add(one.seq);
      this.last = Math.max(this.last, one.seq);
      this.status.textContent = "";
      if (this.urgent === one.text) { this.urgent = null; this.urgentNode.remove(); }
      const node = this.bubble(one.text, one.kind === "emergency" ? "urgent" : "");
      for (const src of one.media || []) this.picture(node, src);
      if (one.buttons.length) this.buttons(one);
      if (one.ask) this.ask(one.ask);
      this.acknowledge();
    }

    async picture(node, src) {
      const answer = await this.call(src).catch(() => null);
      if (answer && answer.ok) { node.append(el("img", { src: URL.createObjectURL(await answer.blob()), alt: "Ảnh kết quả xử lý" })); this.bottom(); }
    }

    buttons(one) {
      const stars = one.buttons.filter(b => /^[1-5](\s|★|⭐|$)/.test(b.label)).sort((a, b) => a.label < b.label ? -1 : 1);
      const group = list => {
        const box = el("div", { className: "bs" });
        box.setAttribute("role", "group");
        for (const b of list) { b.box = box; box.append(b.node = el("button", { type: "button", textContent: b.label, onclick: () => this.press(b) })); }
        return box;
      };
      if (stars.length === 5) {
        const box = group(stars);
        box.classList.add("stars");
        box.setAttribute("aria-label", T.rate);
        [...box.children].forEach((b, i) => {
          b.textContent = "☆"; b.setAttribute("aria-label", `${i + 1}/5: ${T.stars[i]}`); b.title = T.stars[i];
        });
        this.log.append(box);
      }
      const rest = stars.length === 5 ? one.buttons.filter(b => !stars.includes(b)) : one.buttons;
      if (rest.length) this.log.append(group(rest));
      const old = one.buttons.find(b => this.pressed && this.pressed.has(b.token));
      if (old) this.mark(old);
      this.bottom();
    }

    press(button) {
      this.mark(button);
      this.put({ button: button.token, label: button.label }, button.label);
    }

    mark({ node, box }) {
      const all = [...box.children], upto = all.indexOf(node), stars = box.classList.contains("stars");
      all.forEach((b, i) => {
        if (stars) b.textContent = i <= upto ? "★" : "☆"; else b.disabled = true;
        b.classList.toggle("on", stars ? i <= upto : i === upto);
      });
    }

    ask(kind) {
      const act = kind === "location" ? () => this.locate() : () => this.file.click();
      this.log.append(el("div", { className: "ask" },
        el("button", { type: "button", textContent: kind === "location" ? T.place : T.photo, onclick: act }),
        kind === "location" ? " " + T.orType : ""));
      this.bottom();
    }

    submit() {
      const text = this.text.value;
      if (!text.trim()) { this.text.focus(); return; }
      this.text.value = "";
      this.put({ text }, text);
    }

    sendPhotos() {
      const photos = [...this.file.files].slice(0, 5);
      this.file.value = "";
      if (!photos.length) return;
      const caption = this.text.value.trim();
      this.text.value = "";
      this.put(caption ? { text: caption } : {}, (caption ? caption + "\n" : "") + `${photos.length} ${T.photos}`, photos);
    }

    locate() {
      if (!navigator.geolocation) { this.alert.textContent = T.noGeo; return; }
      navigator.geolocation.getCurrentPosition(
        at => this.put({ location: [at.coords.latitude, at.coords.longitude] }, T.placeSent),
        () => { this.alert.textContent = T.noGeo; this.text.focus(); }, { enableHighAccuracy: true, timeout: 10000 });
    }

    put(body, label, photos) {
      const item = { id: uuid(), body, label, photos };
      this.queue.push(item);
      this.own(item);
      this.save();
      this.flush();
    }

    own(item) {
      item.node = this.bubble(item.label, "me");
      item.mark = el("div", { className: "st", textContent: T.sending });
      this.log.append(item.mark);
      this.bottom();
    }

    async flush() {
      if (this.flushing || !this.state.token) return;
      this.flushing = true;
      try {
        while (this.queue.length && await this.deliver(this.queue[0])) { this.queue.shift(); this.save(); }
      } finally { this.flushing = false; }
    }

    async deliver(item) {
      let answer, data;
      try {
        answer = await this.call("/web/messages", { method: "POST", ...this.request(item) });
        data = await answer.json();
      } catch (error) {
        if (error.status === 410 || error.status === 401) { this.reset(); await this.session().catch(() => 0); return false; }
        this.retry(item, T.offline);
        return false;
      }
      if (data.reply && data.guard === "emergency" && (!data.reply.seq || !this.seen.has(data.reply.seq))) {
        this.urgent = data.reply.text;
        this.urgentNode = this.bubble(data.reply.text, "urgent");
      }
      if (answer.status >= 500 || data.stored === false) { this.retry(item, data.message || ""); return false; }
      if (!answer.ok) {
        const again = answer.status === 429 && item.photos;
        this.failed(item, again && (() => { item.mark.textContent = ""; this.queue.push(item); this.flush(); }));
        this.bubble(data.message || T.failed);
        if (!again && item.body.text && !this.text.value) this.text.value = item.body.text;
        return true;
      }
      item.mark.textContent = T.sent;
      this.alert.textContent = "";
      if (!data.reply) this.status.textContent = T.typing;
      return true;
    }

    request(item) {
      if (!item.photos) return { headers: { "Content-Type": "application/json" }, body: JSON.stringify({ id: item.id, ...item.body }) };
      const form = new FormData();
      form.append("id", item.id);
      for (const [name, value] of Object.entries(item.body)) form.append(name, value);
      item.photos.forEach(photo => form.append("photo", photo, photo.name));
      return { body: form };
    }

    failed(item, onclick) {
      item.mark.className = "st bad";
      item.mark.replaceChildren(T.failed, ...onclick ? [" · ", el("button", { type: "button", textContent: T.again, onclick })] : []);
    }

    retry(item, why) {
      this.failed(item, () => this.flush());
      this.alert.textContent = why;
      clearTimeout(this.retryTimer);
      this.retryTimer = setTimeout(() => this.flush(), 5000);
    }

    acknowledge() {
      if (this.panel.hidden || document.hidden || !this.last || this.last === this.acked || !this.state.token) return;
      const seq = this.last;
      this.acked = seq;
      this.call("/web/ack", { method: "POST", body: JSON.stringify({ seq }) }).catch(() => { this.acked = 0; });
    }

    connection(on) {
      this.where.textContent = on ? T.online : T.connecting;
      if (!on && !navigator.onLine) this.alert.textContent = T.offline; else if (on && this.alert.textContent === T.offline) { this.alert.textContent = ""; this.flush(); }
    }

    reset() {
      const size = this.state.size;
      if (this.stop) this.stop.abort();
      this.state = { size, open: this.state.open };
      this.last = 0; this.live = false; this.acked = 0; this.seen.clear();
      this.log.setAttribute("aria-live", "off");
      this.save();
    }

    async forget() {
      try { const answer = await this.call("/web/session", { method: "DELETE" }); if (!answer.ok) throw Error("delete"); } catch (error) {
        if (!error.status) { this.alert.textContent = T.offline; return; }
      }
      this.sure.hidden = true; this.queue = []; this.text.value = "";
      keep.drop(); this.reset();
      this.log.replaceChildren(); this.intro(); this.alert.textContent = ""; this.status.textContent = "";
      await this.session().catch(() => 0);
      this.text.focus();
    }

    bottom() { this.log.scrollTop = this.log.scrollHeight; }
  }

  if (!customElements.get("hotline-chat")) {
    customElements.define("hotline-chat", HotlineChat);
    const add = () => { if (!document.querySelector("hotline-chat")) document.body.append(document.createElement("hotline-chat")); };
    document.readyState === "loading" ? addEventListener("DOMContentLoaded", add) : add();
  }
})();
