/** Where the host keeps the candidates that it did not accept, and how many. */
export interface KeepFailedOptions {
  /** Made if missing. Block data are public; receipts and validation data, too. */
  dir: string;
  /** The oldest files go first. Default 100. */
  maxFiles?: number;
  /** All files together, bytes. The oldest go first. Default 1 GiB. */
  maxBytes?: number;
}
