declare const PVF_VERSION: string | undefined;
declare const PVF_COMMIT: string | undefined;

/** The package's version, put in at build; a host compares it with its own. */
export const VERSION: string = typeof PVF_VERSION === 'string' ? PVF_VERSION : '0.0.0';
/** The commit that was built, or `unknown`. */
export const COMMIT: string = typeof PVF_COMMIT === 'string' ? PVF_COMMIT : 'unknown';
