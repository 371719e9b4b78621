// Elements of the page. What comes from the server is only ever set as text.

export const byId = (id) => document.getElementById(id);

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children); // a string becomes a text node
  return made;
}
