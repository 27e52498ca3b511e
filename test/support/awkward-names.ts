/** Names that PostgreSQL allows and that break careless SQL: as table and column, with the reason. */
export const awkwardNames: readonly { readonly why: string; readonly table: string; readonly column: string }[] = [
  { why: "mixed case", table: "UserAccount", column: "displayName" },
  { why: "keywords", table: "select", column: "table" },
  { why: "lower case that needs no quotes", table: "users", column: "handle" },
  { why: "63 bytes", table: "T".repeat(63), column: "c".repeat(63) },
  { why: "61 and 62 bytes", table: "t".repeat(61), column: "C".repeat(62) },
  { why: "umlauts that a cut must not halve", table: "ü".repeat(31), column: `x${"ö".repeat(31)}` },
  { why: "double and single quotes", table: `Us"er's`, column: `a"b''c` },
  { why: "tags of our dollar quotes", table: "$change$", column: "$fill$ $lockstep$ $assert$" },
  { why: "formats", table: "100%s", column: "%I %1$s" },
  { why: "backslash", table: "a\\b", column: "c\\'d\\" },
  { why: "line breaks and comments", table: "a\nb -- c", column: "d\r\n*/ e" },
  { why: "underscores that could meet", table: "a_b", column: "c" },
];
