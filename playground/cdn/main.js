// The plain playground: the server's tabs, and a list of members to be if the server is the sandbox.
/* global React, ReactDOM, GraphiQL */
const place = document.getElementById('playground');
const { login, members = [], tabs } = JSON.parse(place.dataset.settings);
const url = new URL('../graphql', document.baseURI).href;
const status = document.querySelector('[role=status]');

if (window.GraphiQL) {
  const root = ReactDOM.createRoot(place);
  const render = (token) => root.render(React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url, subscriptionUrl: url.replace(/^http/, 'ws'), headers: token && { Authorization: `Bearer ${token}` } }),
    defaultTabs: tabs,
    inputValueDeprecation: true,
  }));
  render();
  offer(members, render);
} else {
  place.textContent = 'GraphiQL could not be loaded: cdn.jsdelivr.net is out of reach. The command above builds it into the server.';
}

/** Lets one choose among the sandbox's members; elsewhere the token has to be brought. */
function offer(members, signedIn) {
  if (!login.includes('sandbox')) {
    status.textContent = 'Put an access token into the headers of a tab: {"Authorization": "Bearer …"}.';
    return;
  }
  const select = document.querySelector('select');
  select.append(new Option('nobody', ''), ...members.map(({ name, email }) => new Option(name, email)));
  select.onchange = async () => {
    if (!select.value) {
      signedIn();
      status.textContent = '';
      return;
    }
    const query = 'mutation ($email: String!) { login(input: { email: $email }) { accessToken userErrors { message } } }';
    const answer = await fetch(url, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables: { email: select.value } }),
    });
    const { data, errors = [] } = await answer.json();
    signedIn(data?.login?.accessToken);
    status.textContent = data?.login?.accessToken ? 'Every request carries the token, for an hour.' : [...errors, ...data?.login?.userErrors ?? []].map(({ message }) => message).join(' ');
  };
  select.parentElement.hidden = false;
}
