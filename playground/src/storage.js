/** The browser's storage for GraphiQL, whose history would keep the headers of each query: tokens are in them. */
export const storage = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => localStorage.setItem(key, /:(queries|favorites)$/.test(key) ? withoutHeaders(value) : value),
  removeItem: (key) => localStorage.removeItem(key),
  clear: () => localStorage.clear(),
  get length() { return localStorage.length; },
};

const withoutHeaders = (json) => JSON.stringify(JSON.parse(json, (name, value) => (name === 'headers' ? undefined : value)));
