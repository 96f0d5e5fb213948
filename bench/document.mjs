#!/usr/bin/env node
// Writes the tables and pictures of docs/performance.md from results, and takes these if told to; `document/main.mjs` describes it.
import { documentMain } from './document/main.mjs';

process.exitCode = await documentMain(process.argv.slice(2));
