declare const PVF_VERSION: string | undefined;
declare const PVF_COMMIT: string | undefined;
declare const PVF_REPORTED_VERSION: string | undefined;

/** The version of all our packages, put in at build. Artifacts of another one are refused. */
export const VERSION: string = typeof PVF_VERSION === 'string' ? PVF_VERSION : '0.0.0';
/** The commit that was built, or `unknown`. */
export const COMMIT: string = typeof PVF_COMMIT === 'string' ? PVF_COMMIT : 'unknown';

/** What `--version` prints unless a file beside the program says otherwise; set by `npm run binary`. */
export const BUILT_TO_REPORT: string =
  typeof PVF_REPORTED_VERSION === 'string' ? PVF_REPORTED_VERSION : VERSION;
