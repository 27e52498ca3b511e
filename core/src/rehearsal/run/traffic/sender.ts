/** One request: it resolves with its error, without values, or with undefined if it succeeded. */
export type Request = () => Promise<string | undefined>;

/** A source of requests, in the same order each time. */
export interface Sender {
  next(): Request;
  close(): Promise<void>;
}
