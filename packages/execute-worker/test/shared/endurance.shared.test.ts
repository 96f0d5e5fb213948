import { it } from 'vitest';
import { runMany } from '../support/endurance.ts';

it('two thousand candidates leave no process, descriptor or memory behind', () => runMany(200, 1_800));
