/* What is nicer with a script: answers without a reload, copying, sorting, hovering. All works without it too. */
"use strict";

const SLOW_MS = 300;
const parser = new DOMParser();
let running = null;

function busy(on) {
  document.body.classList.toggle("busy", on);
  document.getElementById("busy").textContent = on ? "Working" : "";
}

async function show(address, { push = true, live = false } = {}) {
  if (running) running.abort();
  const mine = (running = new AbortController());
  const timer = setTimeout(() => busy(true), SLOW_MS);
  try {
    const answer = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
    const type = answer.headers.get("Content-Type") || "";
    if (!type.startsWith("text/html")) throw new TypeError(`${answer.status}`);
    const page = parser.parseFromString(await answer.text(), "text/html");
    const hash = new URL(address, location.href).hash;
    const where = answer.url.split("#")[0] + (live ? "" : hash);
    if (live) history.replaceState(null, "", where);
    else if (push) history.pushState(null, "", where);
    document.title = page.title;
    if (live && update(page)) return;
    keepAnswer(page);
    document.getElementById("main").replaceWith(page.getElementById("main"));
    prepare(document.getElementById("main"));
    arrive(hash);
  } catch (error) {
    if (error.name === "AbortError") return;
    location.assign(address); // let the browser show what went wrong
  } finally {
    clearTimeout(timer);
    if (running === mine) { running = null; busy(false); }
  }
}

/* Where the new request has an error, the last answer remains in sight, and says that it is the last one. */
function keepAnswer(page) {
  const last = document.getElementById("result");
  if (page.querySelector(".headline") || !last?.querySelector(".headline")) return;
  last.classList.add("stale");
  if (!last.querySelector(".notice")) {
    const notice = document.createElement("p");
    notice.className = "notice";
    notice.textContent = "The answer to the last inputs; the new ones have an error.";
    last.prepend(notice);
  }
  page.getElementById("result").replaceWith(document.adoptNode(last));
}

/* While somebody fills in the form, the answer and the hints of its fields change, but not the text that is being typed. */
function update(page) {
  const form = document.querySelector("form[data-live]");
  if (!form || !document.querySelector(".answered")) return false;
  keepAnswer(page);
  document.getElementById("result").replaceWith(page.getElementById("result"));
  for (const field of page.querySelectorAll("form[data-live] .field")) {
    const old = document.getElementById(field.querySelector("[name]").id)?.closest(".field");
    if (!old || old.contains(document.activeElement)) continue;
    old.replaceWith(field);
  }
  prepare(document.getElementById("result"));
  return true;
}

function arrive(hash) {
  const wrong = document.querySelector("[aria-invalid]");
  const target = (hash && document.getElementById(hash.slice(1))) || wrong || document.getElementById("result");
  open(target);
  if (target.id === "result") {
    target.focus({ preventScroll: true });
    bring(target.querySelector(".headline") || target);
  } else { if (wrong === target) target.focus(); target.scrollIntoView({ block: "center" }); }
  if (!wrong) document.getElementById("busy").textContent = "The answer is there";
}

/* The answer is taller than the window: its beginning has to be in it. */
function bring(element) {
  const { top, bottom } = element.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) element.scrollIntoView({ block: "start" });
}

function open(element) {
  for (let at = element; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
}

function query(form) {
  const said = new URLSearchParams();
  for (const [name, text] of new FormData(form)) if (text.trim()) said.append(name, text.trim());
  const where = form.getAttribute("action").split("#")[0];
  return said.size ? `${where}?${said}` : `${where}?${form.elements[0].name || "model"}=`; // an empty form is answered with what it needs
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-swap]")) return;
  event.preventDefault();
  show(query(event.target));
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-live]");
  if (form && document.querySelector(".answered")) show(query(form), { live: true });
});

window.addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll(".result details, .known details")) one.open = true;
  for (const one of document.querySelectorAll("img[loading=lazy]")) one.loading = "eager";
});

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("a");
  if (!link) return;
  if (link.matches("[data-swap]")) {
    event.preventDefault();
    show(link.getAttribute("href"));
  } else if (link.hash.startsWith("#f-")) {
    const field = document.getElementById(link.hash.slice(1));
    if (field) { event.preventDefault(); open(field); field.focus(); field.scrollIntoView({ block: "center" }); }
  }
});

window.addEventListener("popstate", () => show(location.href, { push: false }));

function copying(link) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy ${link.textContent}`);
  button.addEventListener("click", async () => {
    const text = fetch(link.href).then((answer) => answer.text());
    await navigator.clipboard.writeText(await text);
    button.textContent = "Copied";
    document.getElementById("busy").textContent = `${link.textContent} is copied`;
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  link.after(button);
}

function sortable(table) {
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(table, head));
  }
}

function sort(table, head) {
  const up = head.getAttribute("aria-sort") !== "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const key = (row) => row.cells[head.cellIndex].dataset.value ?? row.cells[head.cellIndex].textContent.trim();
  const order = (a, b) => {
    const [left, right] = [key(a), key(b)];
    if (left === "" || right === "") return (left === "") - (right === ""); // nothing stands last, either way
    const [x, y] = [Number(left), Number(right)];
    const by = Number.isNaN(x) || Number.isNaN(y) ? left.localeCompare(right, "en", { numeric: true }) : x - y;
    return up ? by : -by;
  };
  table.tBodies[0].append(...[...table.tBodies[0].rows].sort(order));
}

/* When too many figures are being drawn, one is asked for again a little later. */
const AGAIN_MS = 1500;

document.addEventListener("error", (event) => {
  const image = event.target;
  if (!image.matches?.(".figure img") || image.dataset.again === "3") return;
  image.dataset.again = Number(image.dataset.again || 0) + 1;
  setTimeout(() => { image.src = image.getAttribute("src"); }, AGAIN_MS);
}, true);

/* A figure is an image until somebody points at it; then its marks can tell what they show. */
let drawn = 0;

/* The address of the drawing that fits theme and width; while it loads, the image itself does not know it. */
function drawing(figure) {
  const fitting = [...figure.querySelectorAll("source")].find((one) => matchMedia(one.media).matches);
  return fitting ? fitting.srcset : figure.querySelector("img").src;
}

async function enliven(figure) {
  figure.removeAttribute("data-figure");
  const image = figure.querySelector("img");
  const answer = await fetch(drawing(figure));
  if (!answer.ok || !answer.headers.get("Content-Type").startsWith("image/svg+xml")) return;
  const own = `v${(drawn += 1)}-`; // ids of two figures in one page must differ
  const text = (await answer.text()).replace(/\bid="/g, `id="${own}`).replace(/url\(#/g, `url(#${own}`).replace(/href="#/g, `href="#${own}`);
  const svg = document.importNode(parser.parseFromString(text, "image/svg+xml").documentElement, true);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", image.alt);
  svg.querySelectorAll("[aria-roledescription], [role]").forEach((mark) => {
    mark.dataset.tip = mark.getAttribute("aria-label") || "";
    for (const name of ["role", "aria-label", "aria-roledescription"]) mark.removeAttribute(name);
    mark.setAttribute("aria-hidden", "true");
  });
  figure.querySelector("picture").replaceWith(svg);
}

const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;

document.addEventListener("pointerover", (event) => {
  const figure = event.target.closest("[data-figure]");
  if (figure) enliven(figure);
  const mark = event.target.closest("svg [data-tip]");
  tip.hidden = !(mark && mark.dataset.tip);
  if (tip.hidden) return;
  tip.textContent = mark.dataset.tip;
  const size = tip.getBoundingClientRect();
  tip.style.setProperty("left", `${Math.min(event.clientX + 14, innerWidth - size.width - 8)}px`);
  tip.style.setProperty("top", `${Math.max(event.clientY - size.height - 10, 8)}px`);
});

function prepare(root) {
  root.querySelectorAll("[data-copy]").forEach(copying);
  root.querySelectorAll("table[data-sortable]").forEach(sortable);
}

prepare(document);
document.body.append(tip);
if (location.hash) open(document.getElementById(location.hash.slice(1)));
