// Tools that read the schema as this server gives it, in /schema.graphql and by introspection: linters, compilers, composers
// and an older graphql-js, none of which may stumble over a directive that it does not know.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { composeServices } from '@apollo/composition';
import graphqlESLint from '@graphql-eslint/eslint-plugin';
import { Client, fetchExchange, gql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { ESLint } from 'eslint';
import { getIntrospectionQuery, parse } from 'graphql';
import * as older from 'graphql-16-8';
import { graphcacheKeys } from './graphcache.js';
import { ask, login, start } from './server.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const bin = (name) => `${here}node_modules/.bin/${name}`;

const FEED = `query Feed($first: Int!) {
  homeFeed(first: $first, order: LATEST) { nodes { id title ... on Event { startsAt } ... @defer { comments { totalCount } } } }
}`;

let server;
let sdl;
before(async () => {
  server = await start();
  sdl = await (await fetch(new URL('/schema.graphql', server.url))).text();
});
after(() => server?.stop());

test('graphql 16.8, which knows neither @oneOf nor @defer, builds it and checks documents', () => {
  assert.equal(older.version, '16.8.2');
  const schema = older.buildSchema(sdl);
  assert.deepEqual(older.validateSchema(schema), []);
  assert.deepEqual(older.validate(schema, older.parse(FEED)), []);
  assert.equal(older.validate(schema, older.parse('{ homeFeed { nothing } }')).length, 1);
});

test('graphql-eslint checks documents against it', async () => {
  const eslint = new ESLint({
    cwd: here,
    overrideConfigFile: true,
    overrideConfig: [{
      files: ['**/*.graphql'],
      plugins: { '@graphql-eslint': graphqlESLint },
      languageOptions: { parser: graphqlESLint.parser, parserOptions: { graphQLConfig: { schema: sdl, documents: [FEED] } } },
      rules: Object.fromEntries(['executable-definitions', 'fields-on-correct-type', 'known-directives', 'known-argument-names',
        'no-deprecated', 'value-literals-of-correct-type'].map((rule) => [`@graphql-eslint/${rule}`, 'error'])),
    }],
  });
  const complaints = async (text) => (await eslint.lintText(text, { filePath: join(here, 'x.graphql') }))[0].messages
    .map(({ ruleId, fatal, message }) => (fatal ? message : ruleId));
  assert.deepEqual(await complaints(FEED), []);
  assert.deepEqual(await complaints('query Old { viewer { notifications { nodes { action } } } }'), ['@graphql-eslint/no-deprecated']);
  assert.deepEqual(await complaints('query Old { homeFeed(orderBy: LATEST) { totalCount } }'), ['@graphql-eslint/no-deprecated']);
  assert.deepEqual(await complaints('query Wrong { nothing }'), ['@graphql-eslint/fields-on-correct-type']);
});

test('houdini generates from it', () => {
  const app = join(here, 'houdini');
  rmSync(join(app, '$houdini'), { recursive: true, force: true });
  writeFileSync(join(app, 'schema.graphql'), sdl);
  execFileSync(bin('houdini'), ['generate'], { cwd: app, encoding: 'utf8', stdio: 'pipe' });
  const made = readdirSync(join(app, '$houdini/artifacts'));
  assert.ok(made.includes('Feed.js') && made.includes('Like.js'), made.join());
  assert.match(readFileSync(join(app, '$houdini/artifacts/Feed.d.ts'), 'utf8'), /homeFeed/);
  // Further pages are asked of `node` by the global id, and of the viewer, who is no node, without any.
  const query = (name) => readFileSync(join(app, `$houdini/artifacts/${name}_Pagination_Query.js`), 'utf8');
  assert.match(query('Comments'), /node\(id: \$id\)/);
  assert.match(query('Notifications'), /\bviewer \{/);
});

test('relay-compiler compiles against it', () => {
  const app = mkdtempSync(join(here, 'relay-served-'));
  try {
    cpSync(join(here, 'relay'), app, { recursive: true, filter: (path) => !path.includes('__generated__') });
    mkdirSync(join(app, '__generated__'));
    writeFileSync(join(app, '__generated__/persisted.json'), '{}');
    writeFileSync(join(app, 'schema.graphql'), sdl);
    const config = JSON.parse(readFileSync(join(app, 'relay.config.json'), 'utf8'));
    writeFileSync(join(app, 'relay.config.json'), JSON.stringify({ ...config, schema: './schema.graphql' }));
    execFileSync(bin('relay-compiler'), ['relay.config.json', '--noWatchman'], { cwd: app, encoding: 'utf8', stdio: 'pipe' });
    assert.ok(readdirSync(join(app, '__generated__')).includes('feedQuery.graphql.js'));
  } finally {
    rmSync(app, { recursive: true });
  }
});

test('@apollo/composition composes it', () => {
  const { errors, supergraphSdl } = composeServices([{ name: 'community', url: server.url, typeDefs: parse(sdl) }]);
  assert.deepEqual((errors ?? []).map(({ message }) => message), []);
  assert.match(supergraphSdl, /homeFeed/);
});

/** What introspection says, with the deprecated. */
const introspect = () => ask(server.url, getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, specifiedByUrl: true }));

test('introspection shows no directive that is for this server only', async () => {
  const { data, errors } = await introspect();
  assert.equal(errors, undefined);
  const names = data.__schema.directives.map(({ name }) => name);
  for (const name of ['goField', 'goModel', 'goEnum', 'goTag', 'cost', 'circle']) {
    assert.ok(!names.includes(name), name);
    assert.doesNotMatch(sdl, new RegExp(`@${name}\\b`));
  }
  const homeFeed = data.__schema.types.find(({ name }) => name === 'Query').fields.find(({ name }) => name === 'homeFeed');
  assert.match(homeFeed.args.find(({ name }) => name === 'orderBy').deprecationReason, /Use `order`/);
});

test('graphcache knows the key of everything', async () => {
  const { data: schema } = await introspect();
  const token = await login(server.url);
  const open = (keys) => {
    const warnings = [];
    const client = new Client({
      url: server.url,
      preferGetMethod: false,
      fetchOptions: { headers: { authorization: `Bearer ${token}` } },
      exchanges: [cacheExchange({ schema, keys, logger: (severity, message) => warnings.push(`${severity}: ${message}`) }), fetchExchange],
    });
    return { client, warnings };
  };
  const keys = graphcacheKeys(schema);
  const { client, warnings } = open(keys);
  const { data, error } = await client.query(gql`query Everything {
    homeFeed(first: 5) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { cursor node { id } }
      nodes {
        __typename id title body { plainText mentions { name } attachments { url kind } polls { question } } cover { url }
        ... on Event { location { name } recurrenceRule { repeats } calendar { googleUrl } confirmation { title } attendees { nodes { id } } }
        ... on ImagePost { gallery { images { id url } } }
        author { id name links { website } tags { id name } gamification { totalPoints } }
      }
    }
    viewer {
      id features { homeFeed } notificationCounts { id notifications } profileFields { id choices { id value } }
      notificationPreferences(medium: IN_APP) { types { type isEnabled } spaces { id choice } }
      courses { id viewerProgress { percent } sections { id lessons { id title } } }
    }
    spaces { id visibleTabs { posts } group { id name } }
    space(by: { slug: "vegetables" }) { id viewerNotificationPreferences { inApp } }
    search(query: "beans") { nodes { __typename ... on SearchHit { title titleHighlight { segments { text isMatch } } } } }
  }`, {}).toPromise();
  assert.equal(error, undefined);
  assert.ok(data.homeFeed.nodes.length === 5 && data.spaces.length > 0);
  assert.deepEqual(warnings, []);

  // and with nothing said it does warn, so that the list is not in vain
  const careless = open({});
  await careless.client.query(gql`{ homeFeed(first: 1) { nodes { id body { plainText } } } }`, {}).toPromise();
  assert.match(careless.warnings.join(), /RichText/);
});
