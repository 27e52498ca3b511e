import type { Repair } from "./repair.js";

/** Other leftovers of a dialect's units, whichever plan created them. */
export const others: Repair = {
  id: "others",
  async find({ connection, state }) {
    const leftovers = await connection.dialect.ops.leftovers();
    return leftovers.others(connection, state.deploying);
  },
};
