/** One request: it resolves with what is said against it, without values, and with nothing where all is well. */
export type Request = () => Promise<string | undefined>;

/** Where requests come from, in the same order each time. */
export interface Sender {
  next(): Request;
  close(): Promise<void>;
}
