// What the files in deploy/ say of each other, of host.mjs and of the programs that read them.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path) => readFileSync(join(root, 'deploy', path), 'utf8');
const host = read('host.mjs');
const known = [...host.matchAll(/^\/\/ {3}(PVF_\w+) /gm)].map(([, name]) => name);
const dockerfile = read('container/Dockerfile');
const [compose] = Object.values(parse(read('container/compose.yaml')).services);
const documents = parseAllDocuments(read('kubernetes/pvf-host.yaml'));
const [set, service] = documents.map((document) => document.toJS());
const pod = set.spec.template.spec;
const [container] = pod.containers;
const unit = read('systemd/pvf-host.service');

test('host.mjs reads the variables that it tells of, and the files set no others', () => {
  const used = [...host.matchAll(/\bPVF_[A-Z_]+/g)].map(([name]) => name);
  assert.deepEqual([...new Set(used)].sort(), [...known].sort());
  const set = [dockerfile, read('container/compose.yaml'), read('kubernetes/pvf-host.yaml'), unit].flatMap(
    (text) => [...text.matchAll(/\b(PVF_\w+)(?==| *, value|:)/g)],
  );
  assert.ok(set.length >= 4);
  for (const [, name] of set) assert.ok([...known, 'PVF_VERSION'].includes(name), name);
});

test('ports and paths are the same everywhere', () => {
  const port = /127\.0\.0\.1:(\d+)'/.exec(host)[1];
  for (const [what, text] of [
    ['Dockerfile', dockerfile],
    ['compose', JSON.stringify(compose.ports)],
    ['unit', unit],
    ['prometheus', read('prometheus/prometheus.yaml')],
    ['manifest', JSON.stringify([container.ports, service.spec.ports])],
  ]) {
    const found = [...text.matchAll(/\b(\d{4,5})\b/g)]
      .map(([, number]) => number)
      .filter((number) => number[0] === '9');
    assert.ok(found.length > 0 && found.every((each) => each === port), `${what}: ${found}`);
  }
  const [, cache] = /PVF_CACHE_DIR=(\S+)/.exec(dockerfile);
  assert.ok(compose.volumes.includes(`cache:${cache}`));
  assert.equal(container.volumeMounts.find(({ name }) => name === 'cache').mountPath, cache);
  for (const path of [
    container.livenessProbe.httpGet.path,
    container.readinessProbe.httpGet.path,
    '/metrics',
  ])
    assert.ok(host.includes(`'${path}':`), path);
  const [, uid] = /USER (\d+):/.exec(dockerfile);
  for (const key of ['runAsUser', 'runAsGroup', 'fsGroup'])
    assert.equal(String(pod.securityContext[key]), uid);
  // Without it a volume of the group's is refused.
  assert.ok(container.env.some(({ name, value }) => name === 'PVF_TRUST_GROUP' && value === '1'));
});

test('the Dockerfile has known instructions, copies what is there, and installs what host.mjs imports', () => {
  const instructions = dockerfile
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of instructions)
    assert.match(
      line,
      /^(FROM|ARG|WORKDIR|RUN|COPY|USER|ENV|VOLUME|EXPOSE|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT) /,
    );
  for (const [, source] of dockerfile.matchAll(/^COPY (?!--from)(\S+) /gm))
    assert.ok(existsSync(join(root, 'deploy', source)), source);
  assert.deepEqual(compose.build, { context: '..', dockerfile: 'container/Dockerfile' });
  for (const [, name] of host.matchAll(/from '((?!node:)[^']+)'/g))
    assert.ok(dockerfile.includes(` "${name}@`) || dockerfile.includes(` ${name} `), name);
  // Signals reach a host that is told of them.
  assert.match(dockerfile, /^ENTRYPOINT \["tini", "--", "node", "host\.mjs"\]$/m);
});

test('containers keep what isolation does not need', () => {
  assert.deepEqual(compose.cap_drop, ['ALL']);
  assert.ok(compose.read_only);
  assert.ok(compose.security_opt.includes('no-new-privileges:true'));
  const { capabilities, allowPrivilegeEscalation, readOnlyRootFilesystem } = container.securityContext;
  assert.deepEqual(
    [capabilities.drop, allowPrivilegeEscalation, readOnlyRootFilesystem],
    [['ALL'], false, true],
  );
  assert.equal(pod.securityContext.runAsNonRoot, true);
  // Kubernetes refuses an unmasked /proc without it.
  assert.equal(container.securityContext.procMount, 'Unmasked');
  assert.equal(pod.hostUsers, false);
});

test('containers give what the doctor names as remedies', () => {
  const doctor = readFileSync(join(root, 'packages/cli/src/doctor/layers.ts'), 'utf8');
  for (const option of compose.security_opt.filter((each) => each.includes('=')))
    assert.ok(doctor.includes(`--security-opt ${option}`), option);
  for (const text of [
    'seccompProfile: { type: Unconfined }',
    'appArmorProfile: { type: Unconfined }',
    'procMount: Unmasked',
    'hostUsers: false',
  ]) {
    assert.ok(doctor.includes(text), text);
    assert.ok(read('kubernetes/pvf-host.yaml').includes(text), text);
  }
});

test('the manifest is one set and its service, which selects it', () => {
  assert.deepEqual(
    documents.flatMap(({ errors }) => errors),
    [],
  );
  assert.deepEqual([set.kind, service.kind], ['StatefulSet', 'Service']);
  assert.equal(set.spec.serviceName, service.metadata.name);
  for (const labels of [set.spec.selector.matchLabels, service.spec.selector])
    assert.deepEqual(labels, set.spec.template.metadata.labels);
  const volumes = [...pod.volumes, ...set.spec.volumeClaimTemplates.map(({ metadata }) => metadata)];
  assert.deepEqual(
    container.volumeMounts.map(({ name }) => name).sort(),
    volumes.map(({ name }) => name).sort(),
  );
});

test('the unit starts host.mjs, and does not try again what host.mjs says will stay', () => {
  assert.match(unit, /^ExecStart=\S+\/node \S+\/host\.mjs$/m);
  const [, status] = /RestartPreventExitStatus=(\d+)/.exec(unit);
  assert.ok(host.includes(`const NOT_FIT = ${status};`));
  for (const setting of ['KillMode=mixed', 'NoNewPrivileges=yes', 'Delegate=yes', 'DelegateSubgroup=host'])
    assert.match(unit, new RegExp(`^${setting}$`, 'm'));
  for (const line of unit.split('\n')) assert.match(line, /^($|#|\[\w+\]$|\w+=)/);
});

test('every file is named in docs/operating.md', () => {
  const page = readFileSync(join(root, 'docs/operating.md'), 'utf8');
  // Those of a cluster are in docs/cluster.md: cluster.test.mjs.
  const files = readdirSync(join(root, 'deploy'), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.parentPath !== join(root, 'deploy/cluster'),
  );
  assert.ok(files.length >= 9);
  for (const { name } of files) if (name !== 'README.md') assert.ok(page.includes(name), name);
});

test('an alert for which one is enough also sees a counter that was not there before', () => {
  const rules = parse(read('prometheus/rules.yaml')).groups.flatMap((group) => group.rules);
  const one = rules.flatMap(({ alert, expr }) =>
    [...expr.matchAll(/increase\((\w+(?:\{[^}]*\})?)\[(\w+)\]\)\) > 0(?![.\d])/g)].map(
      ([, series, time]) => ({
        alert,
        expr,
        appeared: `${series} unless ${series} offset ${time}) > 0`,
      }),
    ),
  );
  assert.ok(one.length >= 4);
  for (const { alert, expr, appeared } of one) assert.ok(expr.includes(appeared), alert);
});

test('each alert is tried with recorded series, in which it comes and in which it does not', () => {
  const names = parse(read('prometheus/rules.yaml')).groups.flatMap(({ rules }) =>
    rules.map(({ alert }) => alert),
  );
  const tried = parse(read('prometheus/rules.test.yaml')).tests.flatMap((each) => each.alert_rule_test);
  for (const alert of names) {
    const counts = tried.filter(({ alertname }) => alertname === alert).map((each) => each.exp_alerts.length);
    assert.ok(Math.min(...counts) === 0 && Math.max(...counts) > 0, alert);
  }
  assert.ok(tried.every(({ alertname }) => names.includes(alertname)));
});
