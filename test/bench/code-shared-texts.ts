import { repeat } from "./code-models.js";

/** What stands in files that have nothing to do with models; they use the commonest names all the same. */
export function sharedFile(at: number): readonly [file: string, text: string] {
  const kind = at % 3;
  if (kind === 0)
    return [
      `src/web/ui/widget-${at}.tsx`,
      `import { useState } from "react";
import { format${at % 40} } from "../../lib/format-${at - (at % 3) + 1}.js";

export interface Widget${at}Props {
  readonly name: string;
  readonly type?: "button" | "submit";
  readonly title: string;
  onSelect(value: string): void;
}

${repeat(
  5,
  (n) => `export function Widget${at}Part${n}({ name, type = "button", title, onSelect }: Widget${at}Props) {
  const [value, setValue] = useState("");
  const label = format${at % 40}(title, { length: ${n + 10} });
  return (
    <label className="widget-${n}">
      <span title={title}>{label}</span>
      <input name={name} type={type} value={value} onChange={(event) => setValue(event.target.value)} />
      <button type="button" onClick={() => onSelect(value)}>{name}</button>
    </label>
  );
}
`,
)}`,
    ];
  if (kind === 1)
    return [
      `src/lib/format-${at}.ts`,
      repeat(
        8,
        (n) =>
          `/** Shortens a text to what fits into column ${n}. */
export function format${n === 0 ? at % 40 : `${at}_${n}`}(text: string, options: { length: number; suffix?: string } = { length: ${n + 3} }): string {
  if (text.length <= options.length) return text;
  const words = text.split(" ");
  let result = "";
  for (const word of words) {
    if (result.length + word.length > options.length) break;
    result = result === "" ? word : \`\${result} \${word}\`;
  }
  return \`\${result}\${options.suffix ?? "…"}\`;
}
`,
      ),
    ];
  return [
    `src/lib/client-${at}.ts`,
    `import type { Logger } from "../logger.js";

export interface Request${at} {
  readonly type: string;
  readonly status: number;
  readonly headers: Record<string, string>;
}

${repeat(
  6,
  (n) => `export async function send${at}_${n}(logger: Logger, request: Request${at}): Promise<Response> {
  logger.info({ type: request.type, attempt: ${n} }, "sending");
  const response = await fetch(\`https://api.example.com/${n}\`, { headers: request.headers });
  if (response.status >= 400) {
    logger.warn({ status: response.status }, "refused");
    throw new Error(\`refused with \${response.status}\`);
  }
  return response;
}
`,
)}`,
  ];
}
