// What can stand at the caret: from the text before it and the fields of the collection. Nothing here touches the page.
//
// A completion is { start, items }: an item replaces the text from start to the caret. Of an item, text is inserted,
// back says how many characters before its end the caret goes, and more whether suggestions go on after it.

const MOST = 50;
const NAME = '(?:"(?:\\\\.|[^"\\\\])*"|[\\p{L}_])(?:"(?:\\\\.|[^"\\\\])*"|[\\p{L}\\p{N}_.-])*';
const VALUE_OF = new RegExp(`(${NAME}):([~^<>=]*)([^\\s():"]*)$`, "u");
const LISTED_FOR = new RegExp(`(${NAME}):\\((?:[^()"]|"(?:\\\\.|[^"\\\\])*")*?([^\\s()"]*)$`, "u");
const NAME_BEGUN = new RegExp(`(?:^|[\\s(])((?:${NAME})?)$`, "u");
const WORDS = ["OR", "AND", "NOT"];

export function completeQuery(before, fields) {
  const byPath = new Map(fields.map((field) => [field.path, field]));
  let match = VALUE_OF.exec(before);
  if (match) {
    return afterColon(before, byPath.get(match[1]), match[2], match[3]);
  }
  match = LISTED_FOR.exec(before);
  if (match) {
    return matching(before, match[2], [...values(byPath.get(match[1])), ...WORDS.map(word)]);
  }
  match = NAME_BEGUN.exec(before);
  if (!match) {
    return nothing(before);
  }
  const usable = fields.filter((field) => field.operators.length > 0);
  const names = usable.map((field) => ({ text: `${field.path}:`, detail: kind(field), more: true }));
  return matching(before, match[1], [...names, ...WORDS.map(word)]);
}

export function completeSort(before, fields) {
  const begun = before.slice(before.lastIndexOf(",") + 1).trimStart();
  const direction = /^(.+):(\w*)$/u.exec(begun);
  if (direction) {
    return matching(before, direction[2], ["asc", "desc"].map((text) => ({ text, detail: "" })));
  }
  const sortable = fields.filter((field) => field.sortable);
  return matching(before, begun, sortable.map((field) => ({ text: field.path, detail: kind(field) })));
}

export function completeFields(before, fields) {
  const begun = before.slice(before.lastIndexOf(",") + 1).trimStart();
  const projectable = fields.filter((field) => field.projectable);
  return matching(before, begun, projectable.map((field) => ({ text: field.path, detail: kind(field) })));
}

function afterColon(before, field, operator, begun) {
  if (field === undefined) {
    return nothing(before);
  }
  const found = matching(before, begun, values(field));
  if (operator === "" && begun === "") {
    found.items.push(...field.operators.filter(({ before: sign }) => sign !== ":").map(operatorItem));
  } else if (operator === "" && found.items.length === 0) {
    return matching(before, begun, field.operators.filter(({ before: sign }) => /\w/.test(sign)).map(operatorItem));
  }
  return found;
}

function operatorItem({ before, after, words }) {
  return { text: before.slice(1) + after, detail: words, back: after.length };
}

function values(field) {
  return (field?.values ?? []).map((value) => ({ text: quotedIfNeeded(value), detail: "" }));
}

function quotedIfNeeded(value) {
  const isPlain = /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(value) && !WORDS.includes(value);
  return isPlain ? value : `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

const word = (text) => ({ text: `${text} `, detail: "" });
const kind = (field) => field.type + (field.several ? ", several" : "");
const nothing = (before) => ({ start: before.length, begun: "", items: [] });

// The items that contain what is begun: those that start with it come first.
function matching(before, begun, items) {
  const sought = begun.toLowerCase();
  const found = items.filter(({ text }) => text.toLowerCase().includes(sought) && text !== begun);
  const starting = found.filter(({ text }) => text.toLowerCase().startsWith(sought));
  const others = found.filter((item) => !starting.includes(item));
  return { start: before.length - begun.length, begun, items: [...starting, ...others].slice(0, MOST) };
}
