// deploy/host.mjs as a service: answers, and ends in order; and what rules and dashboard ask for is in its scrape.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { metricsIn, read } from './expressions.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pinnedNode = join(root, 'tools/toolchain/node_modules/.bin/node');
const rules = parse(readFileSync(join(root, 'deploy/prometheus/rules.yaml'), 'utf8')).groups.flatMap(
  (group) => group.rules,
);
const dashboard = JSON.parse(readFileSync(join(root, 'deploy/grafana/pvf-host.json'), 'utf8'));
const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr]),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr])),
];

/** A folder as npm makes it for who installs @pvf/host beside host.mjs. */
let folder;
let service;
let address;
let scrape;
let metrics;
let ready;
const lines = [];

before(async () => {
  setTimeout(() => service?.kill('SIGKILL'), 120_000).unref();
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  folder = mkdtempSync(join(root, 'node_modules/.deploy-test-'));
  symlinkSync(join(root, 'examples/validator/node_modules'), join(folder, 'node_modules'));
  copyFileSync(join(root, 'deploy/host.mjs'), join(folder, 'host.mjs'));
  copyFileSync(join(root, 'scripts/deploy/work.mjs'), join(folder, 'work.mjs'));
  service = start({});
  const outcomes = await lineOf(service, (line) => line.outcomes);
  assert.deepEqual(outcomes.outcomes, ['ok', 'failed', 'valid', 'valid', 'invalid', 'preparation-failed']);
  ready = lines.find(({ msg }) => msg === 'ready');
  address = `http://127.0.0.1:${ready.address.port}`;
  scrape = await (await fetch(`${address}/metrics`)).text();
  metrics = metricsIn(scrape);
});
after(() => {
  service?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(env, ...args) {
  const child = spawn(
    pinnedNode,
    [join(folder, 'host.mjs'), ...(args.length ? args : [join(folder, 'work.mjs')])],
    {
      env: { PVF_LISTEN: '127.0.0.1:0', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  child.lines = createInterface({ input: child.stdout });
  child.lines.on('line', (line) => lines.push(JSON.parse(line)));
  return child;
}

/** The first line that `is`; rejects when the program ends before. */
function lineOf(child, is) {
  return new Promise((resolve, reject) => {
    child.lines.on('line', (line) => is(JSON.parse(line)) && resolve(JSON.parse(line)));
    child.once('exit', (status) => reject(new Error(`ended with ${status}: ${JSON.stringify(lines)}`)));
  });
}

describe('the service', { timeout: 60_000 }, () => {
  test('answers for supervisors', async () => {
    for (const path of ['/healthz', '/readyz']) assert.equal((await fetch(address + path)).status, 200);
    assert.equal((await fetch(`${address}/other`)).status, 404);
    assert.equal((await fetch(`${address}/metrics`, { method: 'POST' })).status, 404);
  });

  test('says what it is not fit for, with an exit status that is not tried again', async () => {
    for (const [env, said] of [
      [{ PVF_CACHE_DIR: '/proc/no-such-place' }, /cannot be used/],
      [{ PVF_WORKERS_DIR: folder }, /worker's program is not at/],
      [{ PVF_LISTEN: 'here' }, /PVF_LISTEN must be host:port/],
    ]) {
      lines.length = 0;
      const [status] = await once(start(env), 'exit');
      assert.equal(status, 78);
      assert.match(lines.at(-1).msg, said);
    }
  });

  test('ends on SIGTERM, and leaves nothing in the way', async () => {
    lines.length = 0;
    const child = start({});
    await lineOf(child, (line) => line.msg === 'ready');
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  test('ends with 1 when the program around the host fails', async () => {
    lines.length = 0;
    const [status] = await once(start({}, join(folder, 'no-such-module.mjs')), 'exit');
    assert.equal(status, 1);
  });
});

/** Labels of counters that a fault of the machine steps. */
const KNOWN_LABELS = {
  pvf_retries_total: new Set(['cause']),
  pvf_machine_too_slow: new Set(['sign']),
  polkadot_pvf_worker_retired: new Set(['flavor']),
};
const LABELS_OF_NONE = [];

describe('expressions', () => {
  test('are taken apart', () => {
    assert.deepEqual(read('sum by (a) (rate(b{c="d", e=~"f"}[5m]))'), {
      selectors: [
        {
          metric: 'b',
          labels: [
            { name: 'c', operator: '=', value: 'd' },
            { name: 'e', operator: '=~', value: 'f' },
          ],
        },
      ],
      grouped: ['a'],
      broken: [],
    });
    assert.notDeepEqual(read('sum by (a (rate(b[5m]))').broken, []);
    assert.ok(expressions.length > 30);
  });

  /** Prometheus' own. */
  const ITS_OWN = ['instance', 'job'];
  const NOT_OF_HOSTS = ['up'];

  for (const [where, expression] of expressions)
    test(`${where}: ${expression}`, () => {
      const { selectors, grouped, broken } = read(expression);
      assert.deepEqual(broken, []);
      assert.ok(selectors.length > 0);
      const known = new Set(ITS_OWN);
      for (const { metric, labels } of selectors) {
        if (NOT_OF_HOSTS.includes(metric)) continue;
        const values = metrics.get(metric);
        assert.ok(values, `no metric ${metric} in the scrape`);
        for (const label of values.keys()) known.add(label);
        for (const { name, operator, value } of labels.filter(({ name }) => !ITS_OWN.includes(name))) {
          const seen = values.get(name) ?? KNOWN_LABELS[metric];
          assert.ok(seen, `${metric} has no label ${name}`);
          if (operator === '=' || operator === '=~')
            for (const each of value.split('|'))
              if (!RARE.includes(each))
                assert.ok(seen.has(each), `${metric}{${name}} is never ${each}: ${[...seen]}`);
        }
      }
      // Those of counters that nothing has counted yet are in the code alone.
      const rare = selectors.flatMap(({ metric }) => [...(KNOWN_LABELS[metric] ?? [])]);
      assert.deepEqual(
        grouped.filter((label) => !known.has(label) && !rare.includes(label)),
        [],
      );
    });

  /** Values that need a fault of the machine, which metrics.ts and outcome.ts have. */
  const RARE = ['possibly-invalid', 'lost'];
  test('what needs a fault is in the code', () => {
    const code = ['metrics/metrics.ts', 'outcome.ts', 'artifacts/artifacts.ts']
      .map((file) => readFileSync(join(root, 'packages/host/src', file), 'utf8'))
      .join('\n');
    for (const value of RARE) assert.match(code, new RegExp(`'${value}'`));
    assert.match(code, /'pvf_retries_total'[^;]*\['cause'\]/);
    assert.match(code, /'polkadot_pvf_worker_retired'[^;]*?\[\s*'flavor',?\s*\]/);
    assert.match(code, /name: 'pvf_machine_too_slow',[^}]*labelNames: \['sign'\]/);
  });
});

describe('the tables of metrics in docs/operating.md', () => {
  const page = readFileSync(join(root, 'docs/operating.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `((?:polkadot|pvf)_\w+)` \| ([^|]*)\|/gm)].map(([, metric, labels]) => [
    metric,
    [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort(),
  ]);
  const ofService = ([metric]) => metric.startsWith('pvf_serve_');

  test('have all that a running host tells, once, and nothing else', () => {
    const found = [...scrape.matchAll(/^# TYPE ((?:polkadot|pvf)_\w+) /gm)].map(([, metric]) => metric);
    assert.ok(found.length > 20);
    const told = rows.filter((row) => !ofService(row)).map(([metric]) => metric);
    assert.deepEqual(told.sort(), found.sort());
  });

  test('name the labels', () => {
    for (const [metric, labels] of rows.filter((row) => !ofService(row))) {
      const seen = [metric, `${metric}_bucket`].flatMap((each) => [...(metrics.get(each)?.keys() ?? [])]);
      const known = seen.filter((label) => label !== 'le');
      // Without a value yet its labels are in the code alone.
      const expected = known.length === 0 ? [...(KNOWN_LABELS[metric] ?? LABELS_OF_NONE)] : known;
      assert.deepEqual(labels, [...new Set(expected)].sort(), metric);
    }
  });

  test("have the service's own, with their labels", () => {
    const code = readFileSync(join(root, 'packages/serve/src/http/observe.ts'), 'utf8');
    const found = [...code.matchAll(/'(pvf_serve_\w+)'/g)].map(([, metric]) => metric);
    const told = rows.filter(ofService);
    assert.deepEqual(told.map(([metric]) => metric).sort(), [...new Set(found)].sort());
    const labels = [...code.matchAll(/labelNames: \[([^\]]*)\]/g)].map(([, list]) =>
      [...list.matchAll(/'(\w+)'/g)].map(([, label]) => label).sort(),
    );
    assert.deepEqual(told.map(([, each]) => each).sort(), labels.sort());
  });
});

test('the dashboard is whole', () => {
  const ids = dashboard.panels.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { gridPos, title } of dashboard.panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    const over = dashboard.panels.filter(
      (other) =>
        other.title !== title &&
        other.gridPos.x < gridPos.x + gridPos.w &&
        gridPos.x < other.gridPos.x + other.gridPos.w &&
        other.gridPos.y < gridPos.y + gridPos.h &&
        gridPos.y < other.gridPos.y + other.gridPos.h,
    );
    assert.deepEqual(over, [], title);
  }
  const [, metric] = /^label_values\((\w+), instance\)$/.exec(dashboard.templating.list[1].query.query);
  assert.ok(metrics.has(metric));
});
