import type { Check } from "../../../dialect/check.js";

export default {
  id: "server",
  title: "server settings and limits",
  on: "server",
  checks: ({ connection }) => connection.dialect.ops.checks(),
} satisfies Check;
