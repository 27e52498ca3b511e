export const header = ["id", "kind", "subject", "payload"];

export function toLine(row: Record<string, unknown>): string {
  return header.map((name) => String(row[name])).join(",");
}
