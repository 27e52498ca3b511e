import { type Check, ok } from "../../dialect/check.js";

export default {
  id: "publications",
  title: "publications that include planned tables",
  on: "target",
  async run({ connection, tables }) {
    const { published } = await connection.dialect.ops.access();
    const found = (await published?.(connection, tables)) ?? [];
    return found.length > 0 ? found : [ok("no publication includes a planned table")];
  },
} satisfies Check;
