const key = 'session';

/** A small text that ends with the tab. A browser has no place that its page's scripts cannot read. */
export const vault = {
  read: async () => sessionStorage.getItem(key),
  keep: async (text: string) => sessionStorage.setItem(key, text),
  forget: async () => sessionStorage.removeItem(key),
};
