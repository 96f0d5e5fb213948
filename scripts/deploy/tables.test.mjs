// docs/operating.md tells what to do on each code, each line of the log and each alert: on all that there are, and no others.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path) => readFileSync(join(root, path), 'utf8');
const page = read('docs/operating.md');

/** What stands in backticks in the first column below a heading. */
function told(heading) {
  const at = page.indexOf(`\n${heading}\n`);
  assert.ok(at >= 0, `no heading ${heading}`);
  const rest = page.slice(at + heading.length + 2);
  const end = rest.search(/^#{2,3} /m);
  const rows = (end < 0 ? rest : rest.slice(0, end)).matchAll(/^\| `([^`]+)` \|/gm);
  // The heads of columns are code too.
  return [...rows].map(([, code]) => code).filter((code) => !['kind', 'rule', 'cause', 'msg'].includes(code));
}

/** Keys of an exported object type or interface. */
function keysOf(path, name) {
  const [, body] = new RegExp(`export (?:type|interface) ${name}(?: =)? \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(
    read(path),
  );
  return [...body.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, key]) => key);
}

/** Texts of an exported union, or with a pattern what it finds in it. */
function membersOf(path, name, pattern = /'([\w-]+)'/g) {
  const [, body] = new RegExp(`export type ${name} =([\\s\\S]*?);\\n(?=\\n|export|/)`).exec(read(path));
  return [...body.matchAll(pattern)].map(([, member]) => member);
}

const same = (found, expected) => {
  assert.ok(expected.length > 0);
  assert.deepEqual([...new Set(found)].sort(), [...new Set(expected)].sort());
  assert.equal(found.length, new Set(found).size, 'told twice');
};

describe('codes', () => {
  const outcome = 'packages/host/src/outcome.ts';
  const ofHost = keysOf('packages/host/src/errors.ts', 'HostErrorMeta');
  const ofCalls = ['INVALID_REQUEST', 'HOST_CLOSED'];

  test('of a host that does not start', () =>
    same(
      told('### The host does not start'),
      ofHost.filter((code) => !ofCalls.includes(code)),
    ));
  test('of calls that reject', () =>
    same(
      told('### A call rejects'),
      ofHost.filter((code) => ofCalls.includes(code)),
    ));
  test('of outcomes', () => {
    const kinds = [...read(outcome).matchAll(/\bkind: '([\w-]+)'/g)].map(([, kind]) => kind);
    same(told('### Outcomes'), [...new Set(kinds)]);
  });
  test('of rules', () =>
    same(
      told('### Against: a rule is broken'),
      ['ExecutionRule', 'PovSizeRule', 'ReceiptRule'].flatMap((name) => membersOf(outcome, name)),
    ));
  test('of doubts', () =>
    same(told('### Against: nobody can tell whose fault'), membersOf(outcome, 'PossiblyInvalidCause')));
  test('of faults of the machine', () =>
    same(told('### No vote: a fault of this machine'), membersOf(outcome, 'InternalCause')));
  test('of the chain', () =>
    same(told('### No vote: the chain does not say'), membersOf(outcome, 'ChainQuestion')));
  test('of preparations', () =>
    same(
      told('### A PVF cannot be prepared'),
      membersOf('packages/protocol/src/types/prepare-error.ts', 'PrepareError', /readonly type: '(\w+)'/g),
    ));
  test('of the command line', () =>
    same(told('### The command line'), keysOf('packages/cli/src/errors.ts', 'CliErrorMeta')));
  test('of the service', () => {
    same(told('### `pvf serve` does not start'), keysOf('packages/serve/src/errors.ts', 'ServeErrorMeta'));
    const [, list] = /export const PROBLEM_CODES = \[([^\]]*)\]/.exec(
      read('packages/serve/src/schemas/problem.ts'),
    );
    same(
      told('### A request of `pvf serve` is a problem'),
      [...list.matchAll(/'(\w+)'/g)].map(([, code]) => code),
    );
  });
  test('of a cluster', () =>
    same(told('### A cluster'), keysOf('packages/cluster/src/errors.ts', 'ClusterErrorMeta')));
  test('of the sandbox', () =>
    same(told('### The sandbox by itself'), keysOf('packages/linux/src/error.ts', 'SandboxErrorMeta')));
});

test('alerts', () => {
  const { groups } = parse(read('deploy/prometheus/rules.yaml'));
  same(
    told('### Alerts'),
    groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)),
  );
});

describe('lines of the log', () => {
  test('are found in code', () => {
    const code = "logger.warn({ a: f('x') }, 'one ' +\n 'line');\nlog.error(b, 'other');";
    assert.deepEqual(messagesIn(code), [
      ['warn', 'one line'],
      ['error', 'other'],
    ]);
  });

  test('all warnings and errors of host and service are told, with their level', () => {
    const folders = ['packages/host/src', 'packages/serve/src'];
    const files = execFileSync(
      'git',
      ['ls-files', '--cached', '--others', '--exclude-standard', ...folders],
      {
        cwd: root,
        encoding: 'utf8',
      },
    );
    const messages = files
      .split('\n')
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => messagesIn(read(file)))
      // The untested Node is named in the message.
      .filter(([, message]) => message !== '');
    const levels = new Map(messages.map(([level, message]) => [message, level]));
    same(told('### Lines of the log'), [...levels.keys()]);
    for (const [, message, level] of page.matchAll(/^\| `([^`]+)` \| (?:\*\*)?(warn|error)(?:\*\*)? \|/gm))
      assert.equal(levels.get(message), level, message);
  });
});

/** `[level, message]` of each call of a logger with a message that is written out. */
function messagesIn(code) {
  return [...code.matchAll(/\b(?:logger|#logger|log)\.(warn|error)\(/g)].flatMap(
    ({ index, 0: call, 1: level }) => {
      const body = argumentsAt(code, index + call.length);
      const [, last = ''] = /((?:'(?:[^'\\]|\\.)*'[\s+]*)+),?\s*$/.exec(body) ?? [];
      const message = [...last.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, part]) => part).join('');
      return message === '' ? [] : [[level, message]];
    },
  );
}

/** What stands between the parenthesis before `from` and the one that closes it. */
function argumentsAt(code, from) {
  let depth = 1;
  for (let at = from; at < code.length; at += 1) {
    if (code[at] === '(') depth += 1;
    if (code[at] === ')') depth -= 1;
    if (depth === 0) return code.slice(from, at);
  }
  return '';
}
