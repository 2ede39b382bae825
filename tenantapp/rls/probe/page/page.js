"use strict";
const report = JSON.parse(document.getElementById("report").textContent);
const OUTCOMES = {
  held: { kind: "held", mark: "✓", label: "held" },
  accepted: { kind: "accepted", mark: "○", label: "accepted" },
  "not probed": { kind: "unknown", mark: "?", label: "not probed" },
  LEAK: { kind: "leak", mark: "✕", label: "leak" },
};
const FILTERS = [["", "Everything"], ["LEAK", "Leaks"], ["not probed", "Not probed"], ["accepted", "Accepted"], ["held", "Held"]];
const state = { outcome: "", words: "", open: null };
const byId = (id) => document.getElementById(id);

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function plural(count, word) { return `${count} ${word}${count === 1 ? "" : "s"}`; }

function showVerdict() {
  const leaks = report.counts.LEAK, unknown = report.counts["not probed"], traces = report.traces.length;
  const [kind, title, lead] =
    leaks || traces ? ["leak", leaks ? `${plural(leaks, "leak")} between tenants` : "The probe left traces", "One tenant reached what is another's: the red cells say how."]
    : unknown || !report.subjects.length ? ["unknown", `${plural(unknown, "cell")} could not be probed`, "Nothing leaked, but not everything was tried: the yellow cells say why."]
    : ["held", "The tenants are kept apart", "Every attack came back with nothing."];
  byId("verdict").classList.add(kind);
  byId("verdict").querySelector("h1").textContent = title;
  byId("verdict").querySelector(".lead").textContent = lead;
  document.title = `${title}: isolation probe`;
  const facts = [["database", report.database], ["PostgreSQL", report.server], ["as role", report.role],
    ["when", report.started.replace("T", " ")], ["tried", `${plural(report.attempts, "statement")} in ${report.seconds.toFixed(1)} s`]];
  byId("facts").append(...facts.flatMap(([name, value]) => [make("dt", { textContent: name }), make("dd", { textContent: value })]));
}

function showFilters() {
  const cells = Object.values(report.counts).reduce((sum, count) => sum + count, 0);
  for (const [outcome, label] of FILTERS) {
    const count = outcome ? report.counts[outcome] : cells;
    const dot = make("span", { className: `dot ${outcome ? OUTCOMES[outcome].kind : ""}` });
    const button = make("button", { type: "button", disabled: !count }, dot, label, make("b", { textContent: count }));
    button.dataset.outcome = outcome;
    button.onclick = () => { state.outcome = state.outcome === outcome ? "" : outcome; show(); };
    byId("filters").append(button);
  }
  byId("search").oninput = (event) => { state.words = event.target.value.trim().toLowerCase(); show(); };
}

function columnsOf(section) {
  const present = new Set(section.subjects.flatMap((subject) => subject.cells.map((cell) => cell.attack)));
  return section.attacks.filter((attack) => present.has(attack.name));
}

function head(columns, flat) {
  const groups = [];
  columns.forEach((attack) => {
    if (groups.at(-1)?.name === attack.group) groups.at(-1).span += 1;
    else groups.push({ name: attack.group, span: 1 });
    attack.first = groups.at(-1).span === 1;
  });
  const names = make("tr", { className: flat ? "attacks flat" : "attacks" }, make("th"));
  columns.forEach((attack) => {
    const name = make("div", {}, make("span", { textContent: attack.name, title: attack.what }));
    names.append(make("th", { scope: "col", className: attack.first ? "first" : "" }, name));
  });
  const group = make("tr", { className: "group" }, make("th"));
  groups.forEach(({ name, span }) => group.append(make("th", { textContent: name, colSpan: span })));
  return make("thead", {}, ...(flat ? [names] : [group, names]));
}

function cellButton(subject, cell, attack) {
  const { kind, mark, label } = OUTCOMES[cell.outcome];
  const button = make("button", { type: "button", textContent: mark, className: `cell ${kind}` });
  button.setAttribute("aria-label", `${subject.name}, ${cell.attack}: ${label}`);
  button.classList.toggle("other", Boolean(state.outcome) && cell.outcome !== state.outcome);
  const worst = cell.attempts.find((attempt) => attempt.outcome === cell.outcome);
  const text = () => [make("span", { textContent: `${cell.attack}: ${label}. ${worst.answer}` }), make("code", { textContent: shorten(worst.statement) })];
  button.onmouseenter = button.onfocus = () => hint(button, text());
  button.onmouseleave = button.onblur = () => { byId("hint").hidden = true; };
  button.onclick = () => open(button, subject, cell, attack);
  return button;
}

function shorten(text) { return text.length > 220 ? `${text.slice(0, 220)} …` : text; }

function hint(button, content) {
  const box = byId("hint"), at = button.getBoundingClientRect();
  box.replaceChildren(...content);
  box.hidden = false;
  const below = at.bottom + 8 + box.offsetHeight < innerHeight;
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`;
  box.style.top = `${below ? at.bottom + 8 : at.top - box.offsetHeight - 8}px`;
}

function open(button, subject, cell, attack) {
  document.querySelectorAll(".cell.open").forEach((each) => each.classList.remove("open"));
  button.classList.add("open");
  byId("hint").hidden = true;
  state.open = button;
  const close = make("button", { type: "button", className: "close", textContent: "✕", title: "Close (Escape)" });
  close.setAttribute("aria-label", "Close");
  close.onclick = shut;
  const title = make("div", {}, make("h2", { textContent: subject.name }),
    make("p", { className: "what", textContent: `${cell.attack}: ${attack.what}` }));
  const attempts = cell.attempts.map((attempt) => {
    const { kind, label } = OUTCOMES[attempt.outcome];
    return make("div", { className: "attempt" }, make("span", { className: `tag ${kind}`, textContent: label }),
      make("pre", { textContent: attempt.statement }), make("p", { className: "answer", textContent: attempt.answer }));
  });
  byId("detail").replaceChildren(make("header", {}, title, close), ...attempts);
  byId("detail").hidden = false;
  byId("detail").scrollTop = 0;
}

function shut() {
  byId("detail").hidden = true;
  state.open?.classList.remove("open");
  state.open?.focus();
  state.open = null;
}

function shown(subject) {
  return subject.name.toLowerCase().includes(state.words) &&
    (!state.outcome || subject.cells.some((cell) => cell.outcome === state.outcome));
}

function line(subject, columns) {
  const leaks = subject.cells.some((cell) => cell.outcome === "LEAK");
  const name = make("th", { scope: "row", textContent: subject.name, className: leaks ? "leak" : "" });
  if (!["table", "function"].includes(subject.kind)) name.append(make("small", { textContent: subject.kind }));
  const cells = columns.map((attack) => {
    const cell = subject.cells.find((each) => each.attack === attack.name);
    return make("td", { className: attack.first ? "first" : "" }, ...(cell ? [cellButton(subject, cell, attack)] : []));
  });
  return make("tr", {}, name, ...cells);
}

function show() {
  byId("filters").querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.outcome === state.outcome)));
  const main = byId("main"), sections = [];
  for (const section of report.sections) {
    const subjects = section.subjects.filter(shown);
    if (!subjects.length) continue;
    const columns = columnsOf(section);
    const body = make("tbody", {}, ...subjects.map((subject) => line(subject, columns)));
    const table = make("table", {}, head(columns, columns.length < 6), body);
    sections.push(make("section", {}, make("h2", {}, section.title, make("span", { textContent: `  ${subjects.length}` })),
      make("div", { className: "scroll" }, table)));
  }
  if (report.traces.length) {
    const list = make("ul", {}, ...report.traces.map((trace) => make("li", { textContent: trace })));
    sections.unshift(make("section", { className: "traces" }, make("h2", { textContent: "Left behind" }), list));
  }
  main.replaceChildren(...sections);
  main.classList.toggle("faded", Boolean(state.outcome));
  byId("empty").hidden = sections.length > 0;
  byId("empty").textContent = report.subjects.length ? "Nothing matches the filter." : "There was nothing to attack.";
}

addEventListener("keydown", (event) => { if (event.key === "Escape" && state.open) shut(); });
showVerdict();
showFilters();
show();
