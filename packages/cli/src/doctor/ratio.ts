/** The runtime that takes longest to prepare of those that `bench/doctor.mjs` compares with the sample. */
export const LARGEST_RUNTIME = 'acala 2220, 7.6 MB';
/** CPU time of its preparation to that of the sample's: measured side by side, and written down in bench/README.md. */
export const LARGEST_RUNTIME_RATIO = 6.3;
