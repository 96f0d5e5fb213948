/** What a node is asked for. */
export interface NodeOptions {
  readonly url?: string;
  readonly at?: string;
  readonly para?: number;
}
