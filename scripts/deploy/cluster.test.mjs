// What the files in deploy/cluster say of each other, and of the programs that they start.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path) => readFileSync(join(root, 'deploy/cluster', path), 'utf8');
const conf = read('nats.conf');
const dockerfile = read('Dockerfile');
const compose = parse(read('compose.yaml'), { merge: true });
const documents = parseAllDocuments(read('kubernetes.yaml'));
const objects = documents.map((document) => document.toJS());
const find = (kind, name) => objects.find((each) => each.kind === kind && each.metadata.name === name);
const set = find('StatefulSet', 'pvf-nats');
const deployment = find('Deployment', 'pvf-agent');
const [server] = set.spec.template.spec.containers;
const [agent] = deployment.spec.template.spec.containers;
const servers = Object.entries(compose.services).filter(([name]) => name.startsWith('pvf-nats-'));

test('the manifest is what it says, and its parts name each other', () => {
  assert.deepEqual(
    documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]),
    [],
  );
  assert.deepEqual(
    objects.map(({ kind }) => kind),
    ['ConfigMap', 'Service', 'StatefulSet', 'PodDisruptionBudget', 'NetworkPolicy', 'Deployment'],
  );
  const labels = set.spec.template.metadata.labels;
  assert.equal(set.spec.serviceName, find('Service', 'pvf-nats').metadata.name);
  for (const selector of [
    set.spec.selector.matchLabels,
    find('Service', 'pvf-nats').spec.selector,
    find('PodDisruptionBudget', 'pvf-nats').spec.selector.matchLabels,
    find('NetworkPolicy', 'pvf-nats').spec.podSelector.matchLabels,
  ])
    assert.deepEqual(selector, labels);
  assert.deepEqual(deployment.spec.selector.matchLabels, deployment.spec.template.metadata.labels);
  for (const { spec } of [set, deployment]) {
    const pod = spec.template.spec;
    const volumes = [...pod.volumes, ...(spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata)];
    const names = (list) => list.map(({ name }) => name).sort();
    for (const { volumeMounts } of pod.containers) assert.deepEqual(names(volumeMounts), names(volumes));
    const [term] = pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    assert.deepEqual(term.labelSelector.matchLabels, spec.template.metadata.labels);
  }
  // Two agents on a node would have one id.
  assert.equal(deployment.spec.strategy.rollingUpdate.maxSurge, 0);
});

test('the servers of both have the same configuration, with as many routes as servers', () => {
  assert.equal(find('ConfigMap', 'pvf-nats').data['nats.conf'], conf);
  const routes = [...conf.matchAll(/nats-route:\/\/(\S+):6222/g)].map(([, host]) => host);
  assert.equal(routes.length, 3);
  assert.equal(set.spec.replicas, routes.length);
  const pods = routes.map((_, index) => `${set.metadata.name}-${index}.${set.spec.serviceName}`);
  assert.deepEqual(routes, pods);
  assert.deepEqual(
    servers.flatMap(([, { networks }]) => networks.default.aliases),
    routes,
  );
  for (const [name, { environment, volumes }] of servers) {
    assert.equal(environment.SERVER_NAME, name);
    assert.ok(volumes.includes('./nats.conf:/etc/nats/nats.conf:ro'));
    const [data] = volumes.filter((each) => each.endsWith(':/data'));
    assert.ok(Object.keys(compose.volumes).includes(data.split(':')[0]));
  }
  const used = [...conf.matchAll(/\$(\w+)/g)].map(([, name]) => name).sort();
  assert.deepEqual(used, ['PVF_NKEY', 'SERVER_NAME']);
  assert.deepEqual(server.env.map(({ name }) => name).sort(), used);
});

test('ports, paths and images are the same everywhere', () => {
  for (const [name, port] of [
    ['client', 4222],
    ['cluster', 6222],
    ['monitor', 8222],
  ]) {
    assert.equal(server.ports.find((each) => each.name === name).containerPort, port);
    assert.ok(conf.includes(`0.0.0.0:${port}\n`), name);
  }
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
    assert.equal(server[probe].httpGet.port, 'monitor');
  assert.equal(server.volumeMounts.find(({ name }) => name === 'data').mountPath, '/data');
  assert.match(conf, /^ {2}store_dir: \/data$/m);
  const images = new Set([server.image, ...servers.map(([, { image }]) => image)]);
  assert.equal(images.size, 1);
  // The server that the checks were made with.
  const support = readFileSync(join(root, 'packages/cluster/check/support/servers.ts'), 'utf8');
  const [, version] = /SERVER_VERSION = '([\d.]+)'/.exec(support);
  assert.deepEqual([...images], [`nats:${version}-alpine`]);
  assert.doesNotMatch(agent.image, /:latest$|^[^:]+$/);
});

test('the disk has room for what the servers may store, and that for what streams reserve', () => {
  const GB = 1e9;
  const GIB = 1024 ** 3;
  const [, most] = /max_file_store: (\d+)GB/.exec(conf);
  const limits = readFileSync(join(root, 'packages/cluster/src/store/limits.ts'), 'utf8');
  const [, reserved] = /DEFAULT_STORE_BYTES: number = (\d+) \* 1024 \*\* 3/.exec(limits);
  assert.ok(Number(most) * GB > Number(reserved) * GIB);
  const [, disk] = /^(\d+)Gi$/.exec(set.spec.volumeClaimTemplates[0].spec.resources.requests.storage);
  assert.ok(Number(disk) * GIB > Number(most) * GB);
});

test('containers keep what isolation does not need', () => {
  for (const [, service] of Object.entries(compose.services)) {
    assert.deepEqual(service.cap_drop, ['ALL']);
    assert.ok(service.read_only && service.security_opt.includes('no-new-privileges:true'));
    assert.ok(service.mem_limit !== undefined);
  }
  for (const [{ spec }, container] of [
    [set, server],
    [deployment, agent],
  ]) {
    const { runAsNonRoot, runAsUser, fsGroup } = spec.template.spec.securityContext;
    assert.deepEqual([runAsNonRoot, runAsUser, fsGroup], [true, 10001, 10001]);
    const { capabilities, allowPrivilegeEscalation, readOnlyRootFilesystem } = container.securityContext;
    assert.deepEqual(
      [capabilities.drop, allowPrivilegeEscalation, readOnlyRootFilesystem],
      [['ALL'], false, true],
    );
    assert.ok(container.resources.requests.cpu && container.resources.requests.memory);
    assert.equal(spec.template.spec.automountServiceAccountToken, false);
  }
  // What the host's own files give their jobs, agents give theirs.
  const host = parseAllDocuments(
    readFileSync(join(root, 'deploy/kubernetes/pvf-host.yaml'), 'utf8'),
  )[0].toJS();
  assert.deepEqual(agent.securityContext, host.spec.template.spec.containers[0].securityContext);
  const hostCompose = parse(readFileSync(join(root, 'deploy/container/compose.yaml'), 'utf8'));
  assert.deepEqual(compose.services.agent.security_opt, hostCompose.services['pvf-host'].security_opt);
});

test('the Dockerfile is that of the host but for its program', () => {
  const build = compose.services.agent.build;
  assert.deepEqual(build, { context: '..', dockerfile: 'cluster/Dockerfile' });
  assert.ok(existsSync(join(root, 'deploy', build.dockerfile)));
  const host = readFileSync(join(root, 'deploy/container/Dockerfile'), 'utf8');
  const images = (text) => [...text.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  assert.deepEqual(images(dockerfile), images(host));
  const [, entry] = /^ENTRYPOINT (.*)$/m.exec(dockerfile);
  assert.deepEqual(JSON.parse(entry), ['tini', '--', 'pvf', 'cluster', 'agent']);
  const { bin } = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8'));
  assert.ok('pvf' in bin);
});

test('the program has the options that agents are started with', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'packages/cli/dist/main.js'), 'cluster', 'agent', '--help'],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^Usage: pvf cluster agent /m);
  const script = agent.command.at(-2);
  for (const text of [
    ...compose.services.agent.command,
    ...agent.args,
    ...script.match(/--[a-z-]+(?= "\$)/g),
  ]) {
    const [, option] = /^(--[a-z-]+)(=.+)?$/.exec(text);
    assert.match(stdout, new RegExp(`${option} <`), option);
  }
});

test('an agent of the manifest is named after its node, without what no id may have', () => {
  const script = agent.command.at(-2).replace('exec pvf', 'echo');
  const { stdout } = spawnSync('sh', ['-c', script, 'agent'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NODE_NAME: `ip-10.0_${'x'.repeat(90)}` },
  });
  const [, id] = /--id (\S+)/.exec(stdout);
  assert.match(id, /^ip-10-0_x+$/);
  assert.equal(id.length, 64);
});

test('every file is named in docs/cluster.md', () => {
  const page = readFileSync(join(root, 'docs/cluster.md'), 'utf8');
  for (const name of readdirSync(join(root, 'deploy/cluster'))) assert.ok(page.includes(name), name);
});

test('one version of the server is meant wherever one is named', () => {
  const names = ['compose.yaml', 'kubernetes.yaml'].map(
    (path) => /image: nats:([\d.]+)-alpine/.exec(read(path))?.[1],
  );
  const versions = ['docs/cluster.md', 'packages/cluster/README.md', '.ci/run'].flatMap((path) =>
    [
      ...readFileSync(join(root, path), 'utf8').matchAll(/(?:nats-server: v|v2@v|Checked with )([\d.]+\d)/g),
    ].map(([, version]) => version),
  );
  const support = readFileSync(join(root, 'packages/cluster/check/support/servers.ts'), 'utf8');
  const own = /SERVER_VERSION = '([\d.]+)'/.exec(support)?.[1];
  assert.equal(versions.length, 4);
  assert.deepEqual(new Set([...names, ...versions]), new Set([own]));
});
