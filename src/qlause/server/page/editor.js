// A line of text with suggestions and with its mistake underlined: a combobox as WAI-ARIA describes it.

import { element } from "./elements.js";

export class Editor {
  #text;
  #underlay;
  #list;
  #message;
  #complete;
  #completion = { start: 0, begun: "", items: [] };
  #chosen = -1;

  // complete: from the text before the caret to a completion; see completion.js.
  constructor(text, message, complete, { onInput, onSubmit }) {
    this.#text = text;
    this.#message = message;
    this.#complete = complete;
    this.#underlay = text.parentElement.querySelector(".underlay");
    this.#list = element("ul", { id: `${text.id}-suggestions`, className: "suggestions", hidden: true });
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", `Suggestions for ${text.id}`);
    text.after(this.#list);
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.#list.id,
      "aria-describedby": message.id,
    })) {
      text.setAttribute(name, value);
    }
    text.addEventListener("input", () => {
      this.#changed();
      this.#open({ asked: false });
      onInput();
    });
    text.addEventListener("keydown", (event) => this.#key(event, onInput, onSubmit));
    text.addEventListener("blur", () => this.#close());
    this.#list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the text keeps the focus
      const item = event.target.closest("li");
      if (item) {
        this.#take([...this.#list.children].indexOf(item), onInput);
      }
    });
  }

  get value() {
    return this.#text.value;
  }

  set value(value) {
    this.#text.value = value;
    this.#changed();
  }

  // problem: an error of the server, with offset and length in code points; null: there is none.
  show(problem) {
    this.#text.setAttribute("aria-invalid", String(problem !== null));
    if (problem === null) {
      this.#message.textContent = "";
      this.#underlay.replaceChildren();
      return;
    }
    const { message, hint, offset, length } = problem;
    this.#message.textContent = hint ? `${message}; ${hint}` : message;
    const points = Array.from(this.value);
    const start = offset ?? points.length;
    const wrong = points.slice(start, start + Math.max(length ?? 0, 1)).join("") || "\u00a0\u00a0";
    const rest = points.slice(start + Math.max(length ?? 0, 1)).join("");
    this.#underlay.replaceChildren(points.slice(0, start).join(""), element("mark", { textContent: wrong }), rest);
  }

  #changed() {
    this.#underlay.replaceChildren(); // until the server has looked at the new text
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight + 2}px`;
  }

  #key(event, onInput, onSubmit) {
    const isOpen = !this.#list.hidden;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && isOpen) {
      event.preventDefault();
      this.#choose(this.#chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "ArrowDown" || (event.key === " " && event.ctrlKey)) {
      event.preventDefault();
      this.#open({ asked: true });
    } else if ((event.key === "Enter" || event.key === "Tab") && isOpen && this.#chosen >= 0) {
      event.preventDefault();
      this.#take(this.#chosen, onInput);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#close();
      onSubmit();
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      this.#close();
    }
  }

  // Suggestions that nobody asked for come only once something is begun, or after a colon.
  #open({ asked }) {
    const before = this.#text.value.slice(0, this.#text.selectionStart);
    this.#completion = this.#complete(before);
    const { begun, items } = this.#completion;
    if (items.length === 0 || !(asked || begun !== "" || before.endsWith(":"))) {
      this.#close();
      return;
    }
    this.#list.replaceChildren(
      ...items.map(({ text, detail }, index) => {
        const item = element("li", { id: `${this.#list.id}-${index}` }, text.trim());
        item.setAttribute("role", "option");
        item.append(element("small", { textContent: detail }));
        return item;
      }),
    );
    this.#list.hidden = false;
    this.#text.setAttribute("aria-expanded", "true");
    this.#choose(asked ? 0 : -1);
  }

  #close() {
    this.#list.hidden = true;
    this.#chosen = -1;
    this.#text.setAttribute("aria-expanded", "false");
    this.#text.removeAttribute("aria-activedescendant");
  }

  #choose(index) {
    const items = [...this.#list.children];
    this.#chosen = index < 0 ? -1 : index % items.length;
    items.forEach((item, position) => item.setAttribute("aria-selected", String(position === this.#chosen)));
    if (this.#chosen < 0) {
      this.#text.removeAttribute("aria-activedescendant");
      return;
    }
    this.#text.setAttribute("aria-activedescendant", items[this.#chosen].id);
    items[this.#chosen].scrollIntoView({ block: "nearest" });
  }

  #take(index, onInput) {
    const { start, items } = this.#completion;
    const { text, back = 0, more = false } = items[index];
    this.#text.setRangeText(text, start, this.#text.selectionStart, "end");
    const caret = start + text.length - back;
    this.#text.setSelectionRange(caret, caret);
    this.#changed();
    this.#close();
    if (more) {
      this.#open({ asked: false });
    }
    onInput();
  }
}
