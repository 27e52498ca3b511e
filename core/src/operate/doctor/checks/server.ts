import type { Check } from "../../../dialect/check.js";

export default {
  id: "server",
  title: "settings and limits of the server",
  on: "server",
  checks: ({ connection }) => connection.dialect.ops.checks(),
} satisfies Check;
