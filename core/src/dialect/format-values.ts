/** How checks format numbers and lists. */

/** `3 s`, `4 min`, `2 h`, `5 days` */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** `12 kB`, `3.4 MB`, `1.2 GB` */
export function size(bytes: number): string {
  for (const [unit, factor] of [
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3],
  ] as const)
    if (bytes >= factor) return `${(bytes / factor).toFixed(bytes >= 10 * factor ? 0 : 1)} ${unit}`;
  return `${bytes} bytes`;
}

/** `1 view`, `3 views` */
export function some(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `1 300 000` */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, " ");
}

/** The first of many names: `a, b, c and 4 more` */
export function names(all: readonly string[], shown = 4): string {
  const rest = all.length - shown;
  return rest <= 0 ? all.join(", ") : `${all.slice(0, shown).join(", ")} and ${rest} more`;
}
