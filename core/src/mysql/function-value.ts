import { type TextForms, textOfValue } from "../target/facts/function-value.js";
import { isBinary } from "./batches/keys.js";

/** A value as MySQL and MariaDB read it from text; of a binary column in hexadecimal digits. @throws LS5052 */
export function mysqlText(value: unknown, type: string): string | undefined {
  return textOfValue(value, type, forms);
}

const hex = (value: Buffer) => value.toString("hex");

const forms: TextForms = {
  isJson: (type) => /^json\b/.test(type),
  list: () => undefined,
  text: (value, type) => (isBinary(type) ? hex(Buffer.from(value)) : value),
  boolean: (value) => (value ? "1" : "0"),
  // Neither takes the T and the Z; a time of day would make a date out of range.
  moment(value, type) {
    const [date = "", time = ""] = value.toISOString().replace("Z", "").split("T");
    return /^date\b/.test(type) ? date : /^time\b/.test(type) ? time : `${date} ${time}`;
  },
  bytes: hex,
};
