import type { Check } from "../../../dialect/check.js";

export default {
  id: "server",
  title: "what a server of its kind has to be looked at for",
  on: "server",
  checks: ({ connection }) => connection.dialect.ops.checks(),
} satisfies Check;
