/** Put in by the build (tsup) and by vitest's configuration, from package.json. */
declare const PVF_CLUSTER_VERSION: string;

/** This package's version: agents of another one get no work of this one's runs. */
export const VERSION: string = PVF_CLUSTER_VERSION;
