import Type, { type Static } from 'typebox';
import { count, exact, Hash, ref } from './common.ts';

export const StoredCode = exact(
  {
    codeHash: ref(Hash),
    length: count('Bytes as given.'),
    uploadedAt: Type.String({ format: 'date-time' }),
    usedAt: Type.String({ format: 'date-time' }),
  },
  { $id: 'StoredCode', description: 'Code of a PVF that the service holds in memory.' },
);
export type StoredCode = Static<typeof StoredCode>;

export const StoredCodes = exact(
  {
    codes: Type.Array(ref(StoredCode), { description: 'The most recently used first.' }),
    bytes: count('Of all of them together.'),
    limitBytes: count('Beyond it the least recently used make room.'),
  },
  { $id: 'StoredCodes' },
);
export type StoredCodes = Static<typeof StoredCodes>;

/** What a module is, without running it. */
export const Inspection = Type.Object(
  {
    warnings: Type.Array(Type.String(), {
      description:
        'What makes the PVF useless although a precheck accepts it, or soon will. Holds names from the PVF.',
    }),
    report: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description:
          'Imports with their class, exports, features, sizes, as `pvf inspect --json` tells them.',
      }),
    ),
  },
  { $id: 'Inspection' },
);
/** What a module is, without running it. */
export type Inspection = Static<typeof Inspection>;
