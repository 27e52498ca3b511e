import { spelled } from "./bare-name.js";
import { baseOf } from "./type-change.js";

/** How a column of another type could get its value from one that is there. Only a suggestion: what fits is for people to say. */
export function conversion(name: string, former: string, type: string): string {
  const column = spelled(name);
  const isText = (each: string) => /^(text|character varying(\(\d+\))?)$/.test(each);
  // A cast would cut what is too long without a word.
  if (isText(former) && isText(type)) return column;
  if (type.endsWith("[]") && !former.endsWith("[]")) return `ARRAY[${column}]`;
  if (former.startsWith("timestamp") && type.startsWith("timestamp") && baseOf(former) !== baseOf(type))
    return `${column} AT TIME ZONE '<the zone of the values>'`;
  return `${column}::${type}`;
}
