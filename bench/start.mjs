#!/usr/bin/env node
// How long a host takes from its start to its first answer; `start/run.mjs` describes it. Needs Node >= 22.18.
import { run } from './start/run.mjs';

process.exitCode = await run(process.argv.slice(2));
