import type { Repair } from "./repair.js";

/** What else the units of a dialect leave: whose plan made it does not matter. */
export const others: Repair = {
  id: "others",
  async find({ connection, state }) {
    const leftovers = await connection.dialect.ops.leftovers();
    return leftovers.others(connection, state.deploying);
  },
};
