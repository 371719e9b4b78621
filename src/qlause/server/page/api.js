// The requests of the page. Each new one of a kind ends the one before it.

const running = new Map();

// The answer of a list endpoint: { items, total, links } or { errors, detail }.
export async function list(name, parameters) {
  const response = await get("list", listUrl(name, parameters), { "X-Total-Count": "true" });
  const body = await response.json();
  if (!response.ok) {
    return { errors: body.errors, detail: body.detail };
  }
  const total = response.headers.get("X-Total-Count");
  return { items: body, total: total === null ? null : Number(total), links: linksOf(response.headers.get("Link")) };
}

export async function meaning(name, parameters) {
  const response = await get("meaning", `/_page/meaning/${name}?${queryString(parameters)}`);
  return response.ok ? response.json() : null;
}

export async function collections() {
  return (await get("collections", "/_page/collections")).json();
}

export const listUrl = (name, parameters) => {
  const query = queryString(parameters);
  return query === "" ? `/${name}` : `/${name}?${query}`;
};

// Whether an error only says that a newer request took the place of this one.
export const isReplaced = (error) => error.name === "AbortError";

// Without the escapes that no reader needs and no server asks for.
function queryString(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== undefined);
  return new URLSearchParams(given).toString().replace(/%(?:3A|2C|28|29|7E)/g, decodeURIComponent);
}

function get(kind, url, headers = {}) {
  running.get(kind)?.abort();
  const controller = new AbortController();
  running.set(kind, controller);
  return fetch(url, { headers, signal: controller.signal });
}

// { next: { after: "…" }, prev: { pageNumber: "1" } }: of each link, which page it leads to.
function linksOf(header) {
  const links = {};
  for (const [, query, relation] of (header ?? "").matchAll(/<[^?>]*\?([^>]*)>; rel="(\w+)"/g)) {
    const parameters = new URLSearchParams(query);
    const page = ["after", "before", "pageNumber"].filter((name) => parameters.has(name));
    links[relation] = Object.fromEntries(page.map((name) => [name, parameters.get(name)]));
  }
  return links;
}
