import type { DialectId } from "../model/dialect.js";

/** The text of a trigger, function, procedure, event or view, as its server splits it: without comments. */
export interface Body {
  /** Every string is `?`. PostgreSQL's unquoted names are `"name"`; those of MySQL and MariaDB are in upper case, as keywords are. */
  readonly words: readonly string[];
  /** The strings, without their quotes: `EXECUTE` may run them. */
  readonly texts: readonly string[];
}

/** Splits texts as the server of a dialect does. */
export interface BodyReader {
  readBody(text: string): Body | undefined;
  readonly dialect: DialectId;
}
