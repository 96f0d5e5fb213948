// Somebody at a shell in a folder of their own, who knows what the help and the README say.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Above all that a command of these plays may take on a busy machine. */
const PATIENCE_MS = 300_000;

export class Person {
  /** Where they work; `pvf` is what npm has installed there. */
  constructor({ folder, installed, nodeBin, release, user, path }) {
    this.folder = folder;
    this.installed = installed;
    this.release = release;
    this.user = user;
    this.env = {
      PATH: `${path ?? `${join(installed, 'node_modules/.bin')}:${nodeBin}`}:/usr/bin:/bin`,
      HOME: folder,
      // Not the shell's of whoever runs this.
      LANG: 'C.UTF-8',
    };
    this.help = new Map();
  }

  /** Runs a program; the exit code must be the one that the README promises. */
  run(command, { exit = 0 } = {}) {
    const [program, ...args] = command;
    const result = spawnSync(program, args, {
      cwd: this.folder,
      env: this.env,
      encoding: 'utf8',
      timeout: PATIENCE_MS,
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...this.user,
    });
    const { status, stdout, stderr, error } = result;
    assert.equal(error, undefined);
    const allowed = Array.isArray(exit) ? exit : [exit];
    assert.ok(
      allowed.includes(status),
      `${command.join(' ')}\nexit code ${status}, not ${allowed.join(' or ')}\n${stdout}${stderr}`,
    );
    return { status, stdout, stderr };
  }

  /** Runs `pvf`, after a look into its help: what does not stand there nobody could know. */
  pvf(args, options) {
    this.#requireTold(args);
    return this.run(['pvf', ...args], options);
  }

  #requireTold(args) {
    const path = [];
    for (const word of args) {
      if (word.startsWith('-')) break;
      const known = this.#helpOf(path);
      if (!new RegExp(`^ {2}${word}\\b`, 'm').test(known.slice(known.indexOf('Commands:') >>> 0))) break;
      path.push(word);
    }
    assert.notEqual(path.length, 0, `pvf --help tells of no command ${args[0]}`);
    const help = this.#helpOf(path);
    for (const option of args.filter((word) => /^--?[a-z]/.test(word)))
      assert.match(
        help,
        new RegExp(`(^|[ ,])${option}\\b`, 'm'),
        `pvf ${path.join(' ')} --help tells of no ${option}`,
      );
  }

  #helpOf(path) {
    const key = path.join(' ');
    if (!this.help.has(key)) this.help.set(key, this.run(['pvf', ...path, '--help']).stdout);
    return this.help.get(key);
  }
}
