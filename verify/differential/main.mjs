#!/usr/bin/env node
// The differential test; `run.ts` describes it, `--help` its options. Needs Node >= 22.18 (runs TypeScript as it is).
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2));
