/**
 * The name that was probably meant, or undefined when none is close: the same letters in other capitals first, then the fewest typing
 * errors, at most one for every three letters.
 *
 * @example nearest("emial", ["email", "name"]) === "email"
 */
export function nearest(written: string, names: readonly string[]): string | undefined {
  const lower = written.toLowerCase();
  const same = names.find((name) => name.toLowerCase() === lower);
  if (same !== undefined) return same;
  let best: { name: string; errors: number } | undefined;
  for (const name of names) {
    const errors = typingErrors(lower, name.toLowerCase());
    if (errors <= Math.max(1, Math.floor(name.length / 3)) && (best === undefined || errors < best.errors)) {
      best = { name, errors };
    }
  }
  return best?.name;
}

/** Letters added, omitted, replaced or swapped with their neighbour. */
function typingErrors(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = a[i - 1] === b[j - 1] ? 0 : 1;
      let errors = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + changed);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        errors = Math.min(errors, rows[i - 2]![j - 2]! + 1);
      }
      row.push(errors);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
