// The plain playground: the server's tabs in text areas, and a list of members to be if the server is the sandbox.
const { login, members = [], tabs } = JSON.parse(document.body.dataset.settings);
const url = new URL('../graphql', document.baseURI).href;
const at = (selector) => document.querySelector(selector);
const [status, token, query, variables, answer, stop] =
  ['[role=status]', '#token', '#query', '#variables', '#answer', '#stop'].map(at);
let underWay = new AbortController();

/** The name of an operation, for its tab. */
const nameOf = (text) => /\b(?:query|mutation|subscription)\s+(\w+)/.exec(text)?.[1].replace(/(?<=[a-z])(?=[A-Z])/g, ' ') ?? 'Query';

const buttons = tabs.map((tab) => {
  const button = document.createElement('button');
  Object.assign(button, { type: 'button', role: 'tab', textContent: nameOf(tab.query) });
  button.setAttribute('role', 'tab');
  button.onclick = () => open(tab, button);
  return button;
});
at('[role=tablist]').append(...buttons);

let current;
function open(tab, button) {
  if (current) Object.assign(current, { query: query.value, variables: variables.value });
  current = tab;
  query.value = tab.query;
  variables.value = tab.variables ?? '';
  for (const other of buttons) other.setAttribute('aria-selected', other === button);
}
open(tabs[0], buttons[0]);

async function ask(body, signal) {
  return fetch(url, {
    method: 'POST',
    signal,
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, text/event-stream;q=0.9',
      ...(token.value.trim() && { authorization: `Bearer ${token.value.trim()}` }),
    },
    body: JSON.stringify(body),
  });
}

async function run() {
  underWay.abort();
  underWay = new AbortController();
  answer.textContent = '…';
  stop.hidden = false;
  try {
    const given = variables.value.trim() ? JSON.parse(variables.value) : undefined;
    const response = await ask({ query: query.value, variables: given }, underWay.signal);
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) await listen(response);
    else show(await response.text());
  } catch (error) {
    if (error.name !== 'AbortError') answer.textContent = error instanceof SyntaxError ? `The variables are no JSON: ${error.message}` : String(error);
  } finally {
    stop.hidden = true;
  }
}

/** Shows an answer, and takes the token of a sign-in that is in it. */
function show(text) {
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    answer.textContent = text;
    return;
  }
  answer.textContent = JSON.stringify(json, null, 2);
  const accessToken = json.data?.login?.accessToken;
  if (accessToken) {
    token.value = accessToken;
    status.textContent = 'Every request carries the token, for an hour.';
  }
}

/** Shows the events of a subscription, the newest first. */
async function listen(response) {
  answer.textContent = 'Waiting for events …\n';
  let rest = '';
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    const events = (rest + part).split('\n\n');
    rest = events.pop();
    for (const event of events) {
      const data = event.split('\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim()).join('\n');
      if (data) answer.textContent = `${JSON.stringify(JSON.parse(data), null, 2)}\n\n${answer.textContent}`;
    }
  }
}

at('#run').onclick = run;
stop.onclick = () => underWay.abort();
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run();
});

if (login.includes('sandbox')) {
  const select = at('select');
  select.append(new Option('nobody', ''), ...members.map(({ name, email }) => new Option(name, email)));
  select.onchange = async () => {
    token.value = '';
    status.textContent = '';
    if (!select.value) return;
    const response = await ask({
      query: 'mutation ($email: String!) { login(input: { email: $email }) { accessToken userErrors { message } } }',
      variables: { email: select.value },
    });
    const { data, errors = [] } = await response.json();
    token.value = data?.login?.accessToken ?? '';
    status.textContent = token.value
      ? 'Every request carries the token, for an hour.'
      : [...errors, ...(data?.login?.userErrors ?? [])].map(({ message }) => message).join(' ');
  };
  select.parentElement.hidden = false;
}
