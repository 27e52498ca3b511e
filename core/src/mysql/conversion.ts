import { quoteIdentifier } from "./quote.js";
import { reserved } from "./read/reserved.js";

/** How a column of another type could get its value from one that is there. Only a suggestion: what fits is for people to say. */
export function conversion(name: string, former: string, type: string): string {
  const column = /^[A-Za-z_]\w*$/.test(name) && !reserved.has(name.toUpperCase()) ? name : quoteIdentifier(name);
  const target = targetOf(type);
  // A cast would cut what is too long without a word.
  return target === undefined || (isText(former) && isText(type)) ? column : `CAST(${column} AS ${target})`;
}

/** What CAST knows of a type; undefined: the server converts what is assigned. */
function targetOf(type: string): string | undefined {
  if (/^(?:tiny|small|medium|big)?int/.test(type)) return / unsigned/.test(type) ? "UNSIGNED" : "SIGNED";
  if (isText(type)) return "CHAR";
  return /^(?:decimal\(\d+,\d+\)|(?:datetime|time)\(\d\)|date\b|datetime\b|time\b|double\b)/
    .exec(type)?.[0]
    .toUpperCase();
}

function isText(type: string): boolean {
  return /^(?:(?:var)?char|(?:tiny|medium|long)?text)\b/.test(type);
}
