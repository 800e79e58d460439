/** Where GraphQL is served, beside the playground. */
export const endpoint = new URL('../graphql', document.baseURI);

const chosen = 'circlegraph:member';

const login = `mutation SignIn($input: LoginInput!) {
  login(input: $input) { accessToken viewer { member { name } } userErrors { message } }
}`;

/**
 * Who is signed in. The token only lives in this page; of the sandbox's members the chosen one is remembered, and signs in
 * again when the page is opened again.
 */
export class Session {
  /** What is to be seen: `token`, `name`, `expires` (a Date), `busy`, and in `trouble` what went wrong. */
  state = { token: null, name: null, expires: null, busy: false, trouble: null };

  #listeners = new Set();

  constructor({ members = [] }) {
    this.members = members;
  }

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = () => this.state;

  #set(change) {
    this.state = { ...this.state, ...change };
    this.#listeners.forEach((listener) => listener());
  }

  /** Signs in again who was signed in when the page was open last. */
  resume() {
    const email = localStorage.getItem(chosen);
    if (this.members.some((member) => member.email === email)) this.signIn({ email });
  }

  /** Signs in with a LoginInput. */
  async signIn(input) {
    await this.#attempt(async () => {
      const { login: got } = await ask(login, { variables: { input } });
      if (!got.accessToken) throw new Error(got.userErrors.map(({ message }) => message).join(' '));
      this.adopt(got.accessToken, got.viewer?.member?.name);
      if (input.email) localStorage.setItem(chosen, input.email);
    });
  }

  /** Takes an access token that somebody else got. */
  async bring(token) {
    await this.#attempt(async () => {
      const { viewer } = await ask('{ viewer { member { name } } }', { token });
      this.adopt(token, viewer?.member?.name);
    });
  }

  /** Ends the token, here and at Circle. */
  async signOut() {
    const { token } = this.state;
    localStorage.removeItem(chosen);
    this.#set({ token: null, name: null, expires: null, trouble: null });
    await ask('mutation { logout { loggedOut } }', { token }).catch(() => {}); // it may have ended already
  }

  #withToken(headers = {}) {
    const own = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
    return own || !this.state.token ? headers : { ...headers, Authorization: `Bearer ${this.state.token}` };
  }

  async #attempt(what) {
    this.#set({ busy: true, trouble: null });
    try {
      await what();
    } catch (error) {
      this.#set({ trouble: error.message });
    } finally {
      this.#set({ busy: false });
    }
  }

  /** Is signed in with a token from now on. */
  adopt(token, name) {
    this.#set({ token, name: name ?? 'A member', expires: expiry(token), trouble: null });
  }

  /**
   * A fetcher that sends the token, unless the headers of the tab have one, and whose answers are looked at: a sign-in
   * counts, and so does the end of the token.
   */
  watch(fetcher) {
    return async (request, options) => {
      const answer = await fetcher(request, { ...options, headers: this.#withToken(options?.headers) });
      if (!answer || typeof answer !== 'object' || Symbol.asyncIterator in answer || 'subscribe' in answer) return answer;
      const got = answer.data?.login ?? answer.data?.refreshAccessToken;
      if (got?.accessToken) this.adopt(got.accessToken, got.viewer?.member?.name ?? this.state.name);
      const ended = answer.errors?.find(({ extensions }) => /^TOKEN_(EXPIRED|REVOKED|INVALID)$/.test(extensions?.reason));
      if (ended && this.state.token) this.#set({ trouble: ended.message });
      return answer;
    };
  }
}

/** Asks the endpoint; the data, or an Error of what went wrong. */
async function ask(query, { variables, token } = {}) {
  const headers = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(errors[0].message);
  return data;
}

/** When an access token ends, as it says itself. */
function expiry(token) {
  try {
    const { exp } = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return new Date(exp * 1000);
  } catch {
    return null;
  }
}
