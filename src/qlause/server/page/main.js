// The page: what is typed becomes a request, and its answer is shown.

import * as api from "./api.js";
import { completeFields, completeQuery, completeSort } from "./completion.js";
import { Editor } from "./editor.js";
import { byId, element } from "./elements.js";
import { showItems } from "./items.js";

const PAUSE = 150; // milliseconds without a key before a request is sent
const SIZES = [5, 10, 16, 25, 50, 100];

const all = await api.collections();
let collection = all[0];
let page = {}; // which page: {}, or a parameter of a link
let timer;

const handlers = { onInput: () => changed(PAUSE), onSubmit: () => changed(0) };
const editors = {
  q: editor("q", completeQuery),
  sort: editor("sort", completeSort),
  fields: editor("fields", completeFields),
};

function editor(name, complete) {
  return new Editor(byId(name), byId(`${name}-problem`), (before) => complete(before, collection.fields), handlers);
}

function choose(name) {
  collection = all.find((each) => each.name === name) ?? all[0];
  byId("collection").value = collection.name;
  document.title = `${collection.name} · qlause`;
  const sizes = [...new Set([...SIZES, collection.pageSize])].filter((size) => size <= collection.maxPageSize);
  byId("pageSize").replaceChildren(
    ...sizes.sort((a, b) => a - b).map((size) => element("option", { value: size, textContent: size })),
  );
  byId("pageSize").value = collection.pageSize;
  const example = collection.fields.find((field) => field.operators.length > 0);
  byId("q").placeholder = example ? `for example ${example.path}:exists` : "";
  byId("schema").replaceChildren(
    ...collection.fields.flatMap(({ path, type, several, values }) => [
      element("dt", { textContent: path }),
      element("dd", { textContent: [type + (several ? ", several" : ""), ...values].join(" · ") }),
    ]),
  );
}

function parameters() {
  const { q, sort, fields } = editors;
  const size = Number(byId("pageSize").value);
  const pageSize = size === collection.pageSize ? "" : String(size);
  return { q: q.value.trim() && q.value, sort: sort.value.trim(), fields: fields.value.trim(), pageSize };
}

function changed(pause) {
  page = {};
  clearTimeout(timer);
  timer = setTimeout(ask, pause);
}

async function ask() {
  const asked = { ...parameters(), ...page };
  showRequest(asked);
  try {
    const [answer, means] = await Promise.all([api.list(collection.name, asked), api.meaning(collection.name, asked)]);
    showErrors(answer.errors ?? [], answer.detail);
    if (answer.items !== undefined) {
      showAnswer(answer, asked);
    }
    showMeaning(means);
  } catch (error) {
    if (!api.isReplaced(error)) {
      showErrors([], `The server does not answer: ${error.message}`);
    }
  }
}

function showRequest(asked) {
  const url = new URL(api.listUrl(collection.name, asked), location.origin).href;
  byId("url").textContent = url;
  byId("curl").textContent = `curl --header 'X-Total-Count: true' '${url}'`; // a URL has %27 for '
  const shared = new URLSearchParams({ collection: collection.name });
  for (const name of ["q", "sort", "fields", "pageSize"]) {
    if (asked[name]) {
      shared.set(name, asked[name]);
    }
  }
  history.replaceState(null, "", `?${shared}`);
}

function showErrors(errors, detail) {
  for (const [name, each] of Object.entries(editors)) {
    each.show(errors.find((error) => error.parameter === name) ?? null);
  }
  const shown = errors.some((error) => error.parameter in editors);
  byId("problem").textContent = shown ? "" : (detail ?? "");
}

function showAnswer({ items, total, links }, asked) {
  showItems(byId("items"), items, collection, asked.sort, (sort) => {
    editors.sort.value = sort;
    changed(0);
  });
  const count = total === null ? items.length : total;
  byId("count").textContent = count === 1 ? "1 item" : `${count.toLocaleString("en")} items`;
  for (const [id, link] of [["previous", links.prev], ["next", links.next]]) {
    byId(id).disabled = link === undefined;
    byId(id).onclick = () => {
      page = link;
      ask();
    };
  }
}

function showMeaning(means) {
  byId("words").textContent = means === null ? "" : [...means.selects, ...means.sorts.map((line) => `sorted by ${line}`)].join("\n");
  const values = means?.parameters.map((value, index) => `${index + 1}: ${value}`) ?? [];
  byId("sql").textContent = means === null ? "" : [...means.sql, ...(values.length ? ["", ...values] : [])].join("\n");
}

byId("collection").replaceChildren(...all.map(({ name }) => element("option", { value: name, textContent: name })));
byId("collection").addEventListener("change", () => {
  choose(byId("collection").value);
  for (const each of Object.values(editors)) {
    each.value = "";
  }
  changed(0);
});
byId("pageSize").addEventListener("change", () => changed(0));
byId("request").addEventListener("submit", (event) => event.preventDefault());
for (const button of document.querySelectorAll("[data-copies]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(byId(button.dataset.copies).textContent);
    button.textContent = "Copied";
  });
}

const shared = new URLSearchParams(location.search);
choose(shared.get("collection"));
for (const [name, each] of Object.entries(editors)) {
  each.value = shared.get(name) ?? "";
}
if ([...byId("pageSize").options].some(({ value }) => value === shared.get("pageSize"))) {
  byId("pageSize").value = shared.get("pageSize");
}
changed(0);
