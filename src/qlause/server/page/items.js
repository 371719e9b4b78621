// The items as a table.

import { element } from "./elements.js";

// sort: the text of the parameter; onSort: called with another one when a header is pressed.
export function showItems(table, items, collection, sort, onSort) {
  const names = new Set(items.flatMap((item) => Object.keys(item)));
  const columns = names.has(collection.id) ? [...new Set([collection.id, ...names])] : [...names];
  const sortable = new Set(collection.fields.filter((field) => field.sortable).map((field) => field.path));
  const head = element("tr", {}, ...columns.map((name) => heading(name, sortable.has(name), sort, onSort)));
  const rows = items.map((item) => element("tr", {}, ...columns.map((name) => cell(item, name, collection))));
  table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...rows));
}

function heading(name, isSortable, sort, onSort) {
  const made = element("th", { scope: "col" });
  if (!isSortable) {
    made.append(name);
    return made;
  }
  const direction = sort === name || sort === `${name}:asc` ? "ascending" : sort === `${name}:desc` ? "descending" : "none";
  made.setAttribute("aria-sort", direction);
  const arrow = { ascending: " ↑", descending: " ↓", none: "" }[direction];
  const next = { ascending: `${name}:desc`, descending: "", none: name }[direction];
  const button = element("button", { type: "button", textContent: name + arrow });
  button.addEventListener("click", () => onSort(next));
  made.append(button);
  return made;
}

function cell(item, name, collection) {
  const made = element("td");
  const value = item[name];
  if (value === undefined || value === null) {
    made.className = "absent";
    made.textContent = value === null ? "null" : "";
  } else if (name === collection.id && typeof value !== "object") {
    const href = `/${collection.name}/${encodeURIComponent(value)}`;
    made.append(element("a", { href, textContent: String(value) }));
  } else if (typeof value === "object") {
    made.className = "object";
    made.append(element("code", { textContent: JSON.stringify(value) }));
  } else {
    made.className = typeof value === "number" ? "number" : "";
    made.textContent = String(value);
  }
  return made;
}
